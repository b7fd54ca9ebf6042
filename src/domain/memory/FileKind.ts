/** The kind of the entry at a path. A symbolic link counts as a link, even if it points to a file or a folder. */
export type FileKind =
  | "File"
  | "Folder"
  | "Link"
  /** A FIFO, a socket or a device. Opening one may block for ever. */
  | "Special"
  /** No entry, or one that cannot be examined; the operation on it then reports the error. */
  | "Nothing"

const names = { File: "a file", Folder: "a folder", Link: "a symbolic link", Special: "a FIFO, a socket or a device" }

const consequences = { File: "", Folder: "", Link: ", and none is followed", Special: ", and none is opened" }

/**
 * Returns the end of an error message about a path whose entry has the wrong kind, such as `is a folder where a file
 * belongs`; undefined if the entry may be used.
 */
export const wrongKind = (kind: FileKind, wanted: "File" | "Folder"): string | undefined =>
  kind === wanted || kind === "Nothing"
    ? undefined
    : `is ${names[kind]} where ${names[wanted]} belongs${consequences[kind]}; move it away`
