import { checkKinds, type CommandKind } from "../reading/CommandPrograms.js"
import type { RanPart } from "../reading/Steps.js"

/** When a check that passed says that another, which failed before it, is well again. */

const scriptTools = /^(?:npm|pnpm|yarn|bun|make|just|rake|task)$/

const isPlace = (word: string): boolean => !word.startsWith("-") && /[/.:]/.test(word)

/** Where tests cannot even start before everything compiles. */
const compiled: ReadonlySet<string> = new Set(["rust", "go", "java", "dotnet", "c"])
const implied: Readonly<Partial<Record<CommandKind, ReadonlyArray<CommandKind>>>> = {
  test: ["build", "type-check"],
  build: ["type-check"]
}

/** Whether a check that passed covers one that failed: the same, a wider one, or one aimed at what had failed. */
export const covers = (passed: RanPart, failed: RanPart, failedOutput: string): boolean => {
  if (passed.key === failed.key) {
    return true
  }
  // `npm install x --legacy-peer-deps` is `npm install x`, done another way.
  if (passed.kind === "act" && passed.kind === failed.kind && passed.program === failed.program) {
    return failed.narrowing.every((word) => passed.narrowing.includes(word))
  }
  const isImplied = compiled.has(passed.family) && (implied[passed.kind] ?? []).includes(failed.kind)
  if (!checkKinds.has(passed.kind) || passed.family !== failed.family || (passed.kind !== failed.kind && !isImplied)) {
    return false
  }
  if (passed.key.split(" @", 2)[1] !== failed.key.split(" @", 2)[1]) {
    return false
  }
  const places = passed.narrowing.filter(isPlace)
  if (passed.program !== failed.program && !scriptTools.test(passed.program) && !scriptTools.test(failed.program)) {
    return false
  }
  if (passed.kind !== failed.kind) {
    return true
  }
  return passed.program === failed.program
    ? passed.narrowing.every((word) => failed.narrowing.includes(word)) ||
        (places.length > 0 && places.every((place) => failedOutput.includes(place)))
    : places.every((place) => failedOutput.includes(place))
}
