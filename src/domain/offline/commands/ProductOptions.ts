/*
 * Recognises the options that change what a command makes, or where it puts that: they give the command another
 * purpose. All other options only change how a command reports, or how fast it is.
 */

/** Matches the options of builds: how the product is made, what is made, and whether anything is. */
const ofBuild =
  /^--?(?:release|debug|optimi[sz]e|prod(?:uction)?|dev(?:elopment)?|minify|static|shared|(?:all|no-default)-features|all-targets|workspace|all|lib|bins?|examples?|benches|doc|tests|noEmit|emitDeclarationOnly|declaration|dry-run|help|version)$/

/** Matches the options with which a command stays and repeats itself. */
const ofWatch = /^--?watch(?:All)?$/

/** Matches the options with which a command changes the files that it reads. */
const ofWriting = /^--?(?:fix|unsafe-fixes|write|apply|in-place|update|update-snapshots?|updateSnapshot|bless)$/

/** Matches a definition that is given to a build, such as `-DCMAKE_BUILD_TYPE=Release` or `-Pnative`. */
const definition = /^-[DP][A-Za-z][\w.-]*(?:=|$)/

/** Programs whose option `-w` makes them write or watch. For package tools it names a workspace. */
const writesOrWatches: ReadonlySet<string> = new Set([
  "gofmt",
  "goimports",
  "tsc",
  "prettier",
  "shfmt",
  "rollup",
  "nodemon"
])

/**
 * Lists the options of a command that change what it makes or where that goes. The command is given by its words, the
 * program first; the values of options are no part of the result.
 */
export const productOptions = ([program = "", ...words]: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.filter(
    (word) =>
      (word === "-w" && writesOrWatches.has(program)) ||
      [ofBuild, ofWatch, ofWriting, definition].some((rule) => rule.test(word))
  )
