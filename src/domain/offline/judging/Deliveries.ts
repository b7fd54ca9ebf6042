/* The rules for commands that deliver the work: a commit, a push, a release. */

const deliveries =
  /^(git|npm|pnpm|yarn|bun|cargo|poetry|uv|gem|twine|gh|lerna|changeset) (?:-C \S{1,200} )?(commit|push|tag|publish|upload|release|pr create|pr merge)\b/

/** Returns the kind of delivery that a command, given by its key, makes, such as `git push`; undefined if it makes none. */
export const deliveryOf = (key: string): string | undefined => {
  const [, program, act] = deliveries.exec(key) ?? []
  return act === undefined ? undefined : `${program ?? ""} ${act}`
}

/** True if a command, given by its key, delivers the work. Tests that pass do not make up for its failure. */
export const isDelivery = (key: string): boolean => deliveryOf(key) !== undefined
