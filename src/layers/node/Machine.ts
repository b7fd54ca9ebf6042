import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Layer from "effect/Layer"
import type { ProcessTable } from "../../services/ProcessTable.js"
import type { SymbolicLinks } from "../../services/SymbolicLinks.js"
import type { WorkingDirectories } from "../../services/WorkingDirectories.js"
import * as ProcessTableNode from "./ProcessTable.js"
import * as SymbolicLinksNode from "./SymbolicLinks.js"
import * as WorkingDirectoriesNode from "./WorkingDirectories.js"

/** The services of this machine through Node: files, processes, links, and canonical working directories. */
export const layer: Layer.Layer<FileSystem.FileSystem | ProcessTable | SymbolicLinks | WorkingDirectories> =
  Layer.mergeAll(NodeFileSystem.layer, ProcessTableNode.layer, SymbolicLinksNode.layer, WorkingDirectoriesNode.layer)
