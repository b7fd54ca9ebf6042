/** What stands at a path itself: a symbolic link is one, whatever it leads to. */
export type FileKind =
  | "File"
  | "Folder"
  | "Link"
  /** A FIFO, a socket or a device: opening one may wait for ever. */
  | "Special"
  /** Nothing, or what cannot be told: whatever is tried there fails by itself. */
  | "Nothing"

const names = { File: "a file", Folder: "a folder", Link: "a symbolic link", Special: "a FIFO, a socket or a device" }

const consequences = { File: "", Folder: "", Link: ", and none is followed", Special: ", and none is opened" }

/** The words that say, after a path, what stands there in place of a file or a folder; undefined where it may be used. */
export const wrongKind = (kind: FileKind, wanted: "File" | "Folder"): string | undefined =>
  kind === wanted || kind === "Nothing"
    ? undefined
    : `is ${names[kind]} where ${names[wanted]} belongs${consequences[kind]}; move it away`
