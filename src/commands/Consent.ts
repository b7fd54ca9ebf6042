import * as Effect from "effect/Effect"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { describeProjects } from "../pass/projects/TakeOver.js"
import { Projects } from "../services/state/Projects.js"

/** A person's answer to the question whether a directory shares the memory of another project. */
export interface Consent {
  /** The top of the working copy. */
  readonly directory: Directory
  /** The project whose memory its sessions read from now on. */
  readonly project: Directory
}

/** Records which project a working copy belongs to, by a person's word, for readers and later passes. */
export const consent = Effect.fn("Consent.record")(function* ({ directory, project }: Consent) {
  const projects = yield* Projects
  yield* projects.decide(() => ({
    directory,
    project,
    place: "",
    origin: null,
    identity: null,
    ground: "person"
  }))
  yield* describeProjects
})
