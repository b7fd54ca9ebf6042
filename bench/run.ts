/**
 * Runs the benchmarks and prints each bound and figure; exits with 1 when a figure exceeds its bound. With `--record`
 * it stores the figures in `bench/figures.json` and the scores of quality in `bench/quality/scores.json`, from which
 * `npm run docs` makes `docs/benchmarks.md`.
 */
import { execFileSync } from "node:child_process"
import { existsSync, rmSync, statSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import type { AgentCost, AgentCosts } from "./agentTokens.js"
import { commandStarts } from "./commands.js"
import { embedding, eventLoop } from "./embedding.js"
import { figuresTable, recordFigures } from "./figures.js"
import { compare, type Figure, median, peakMemoryOf, timeOf, withFolder } from "./measure.js"
import { redact } from "../src/domain/privacy/Redaction.js"
import {
  programScores,
  type QualityRow,
  qualityTable,
  readRecord,
  regressions,
  scoresFile,
  writeRecord
} from "./quality/record.js"
import { stringsOf, writeHugeSession, writeSessions } from "./rollouts.js"
import { seedLearned } from "./seed.js"

const node = process.execPath
const main = join(process.cwd(), "dist/main.js")
const qualityProgram = join(import.meta.dirname, "qualityProgram.mjs")
const factsProgram = join(import.meta.dirname, "factsProgram.mjs")
const agentTokensProgram = join(import.meta.dirname, "agentTokensProgram.mjs")
const phaseOneProgram = join(import.meta.dirname, "phaseOneProgram.mjs")

const homes = (folder: string) => {
  const [codex, memories] = [join(folder, "codex"), join(folder, "memories")]
  return { codex, memories, args: [main, "--codex-home", codex, "--memories-home", memories] }
}

const rounded = (value: number, digits = 2): string => value.toFixed(digits)

/** Measures a pass with nothing to do. */
const nothingToDo = (): Figure =>
  withFolder((folder) => {
    const { args, codex, memories } = homes(folder)
    writeSessions(codex, 10_000, 1_500)
    timeOf(node, [...args, "--limit", "0"])
    seedLearned(join(memories, "state.sqlite"))
    const result = compare(
      15,
      () => timeOf(node, args),
      () => timeOf(node, ["-e", "0"])
    )
    return {
      what: "a pass with nothing to do over 10,000 indexed rollouts, against `node -e 0`",
      bound: "at most 6 times",
      measured: `${rounded(result.ratio)} times (${rounded(result.milliseconds, 0)} ms against ${rounded(result.baseline, 0)} ms)`,
      isWithin: result.ratio <= 6
    }
  })

/** Measures the first indexing of a large home. */
const firstIndex = (): Figure =>
  withFolder((folder) => {
    const { args, codex, memories } = homes(folder)
    const paths = writeSessions(codex, 2_000, 250_000)
    const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
    const result = compare(
      7,
      () => {
        rmSync(memories, { recursive: true, force: true })
        return timeOf(node, [...args, "--limit", "0"])
      },
      () => timeOf("cat", paths)
    )
    return {
      what: `first index of 2,000 rollouts (${rounded(bytes / 1e6, 0)} MB), against \`cat\` of the same files`,
      bound: "at most 6 times",
      measured: `${rounded(result.ratio)} times (${rounded(result.milliseconds, 0)} ms against ${rounded(result.baseline, 0)} ms)`,
      isWithin: result.ratio <= 6
    }
  })

interface PhaseOneRun {
  readonly extracted: number
  readonly milliseconds: number
  readonly mebibytes: number
}

const phaseOneRun = (args: ReadonlyArray<string>): PhaseOneRun => {
  const run: PhaseOneRun = JSON.parse(execFileSync(node, [phaseOneProgram, ...args], { encoding: "utf8" }))
  if (run.extracted !== 64) {
    throw new Error(`${run.extracted} of 64 rollouts were extracted`)
  }
  return run
}

/** Measures phase one with a slow model. */
const phaseOne = (): ReadonlyArray<Figure> =>
  withFolder((folder) => {
    const { codex, memories } = homes(folder)
    writeSessions(codex, 64, 120_000)
    const runs = Array.from({ length: 5 }, () => {
      rmSync(memories, { recursive: true, force: true })
      return phaseOneRun([codex, memories])
    })
    const milliseconds = median(runs.map((run) => run.milliseconds))
    const mebibytes = Math.max(...runs.map((run) => run.mebibytes))
    return [
      {
        what: "phase one, 64 rollouts of 120 KB, a model that takes 200 ms, 8 in flight, against the floor of 1,600 ms",
        bound: "at most 1.05 times",
        measured: `${rounded(milliseconds / 1_600, 3)} times (${rounded(milliseconds, 0)} ms)`,
        isWithin: milliseconds / 1_600 <= 1.05
      },
      {
        what: "the same, peak resident memory when the last row is stored",
        bound: "below 150 MiB",
        measured: `${rounded(mebibytes, 0)} MiB`,
        isWithin: mebibytes < 150
      }
    ]
  })

/** Measures phase one with a slow model behind the real HTTP client. */
const phaseOneServed = (): Figure =>
  withFolder((folder) => {
    const { codex, memories } = homes(folder)
    writeSessions(codex, 64, 120_000)
    const runs = Array.from({ length: 5 }, () => {
      rmSync(memories, { recursive: true, force: true })
      return phaseOneRun([codex, memories, "http"]).milliseconds
    })
    return {
      what: "phase one, the same through the real HTTP client and a server on the loopback",
      bound: "at most 1.12 times",
      measured: `${rounded(median(runs) / 1_600, 3)} times (${rounded(median(runs), 0)} ms)`,
      isWithin: median(runs) / 1_600 <= 1.12
    }
  })

interface FactsRun {
  readonly facts: number
  readonly bytes: number
  readonly milliseconds: number
  readonly mebibytes: number
}

/** Measures the consolidation of a large project's facts. */
const consolidation = (): ReadonlyArray<Figure> => {
  const runs = Array.from({ length: 5 }, () => {
    const run: FactsRun = JSON.parse(execFileSync(node, [factsProgram], { encoding: "utf8" }))
    if (run.facts !== 20_000 || run.bytes < 4_000) {
      throw new Error(`${run.facts} facts became ${run.bytes} bytes`)
    }
    return run
  })
  const milliseconds = median(runs.map((run) => run.milliseconds))
  const mebibytes = Math.max(...runs.map((run) => run.mebibytes))
  return [
    {
      what: "consolidation of 1,000 sessions with 20,000 facts, processor time",
      bound: "below 1,000 ms",
      measured: `${rounded(milliseconds, 0)} ms`,
      isWithin: milliseconds < 1_000
    },
    {
      what: "the same consolidation, peak resident memory",
      bound: "below 150 MiB",
      measured: `${rounded(mebibytes, 0)} MiB`,
      isWithin: mebibytes < 150
    }
  ]
}

/** Counts the tokens of a consolidation of ten sessions, one of them new, by a model that edits. */
const agentTokens = (): Figure =>
  withFolder((folder) => {
    const { editing, fromNothing }: AgentCosts = JSON.parse(
      execFileSync(node, [agentTokensProgram, folder], { encoding: "utf8" })
    )
    const share = editing.inputTokens / fromNothing.inputTokens
    const told = ({ inputTokens, requests }: AgentCost) => `${inputTokens.toLocaleString("en")} in ${requests} requests`
    return {
      what: "consolidation by a scripted model, one session of ten new, input tokens of an edit against those of reading all files and writing the memory from nothing",
      bound: "at most 10 %",
      measured: `${rounded(share * 100, 1)} % (${told(editing)} against ${told(fromNothing)})`,
      isWithin: share <= 0.1
    }
  })

/** Measures a session file larger than the maximum length of a string. */
const gigabyte = (): Figure =>
  withFolder((folder) => {
    const { args, codex } = homes(folder)
    writeHugeSession(codex, 1_000_000_000, 20_000_000)
    const start = performance.now()
    const { mebibytes, stdout } = peakMemoryOf([...args, "--json"])
    const seconds = (performance.now() - start) / 1_000
    const { extracted }: { extracted: ReadonlyArray<unknown> } = JSON.parse(stdout)
    return {
      what: "one rollout of 1 GB with lines of 20 MB, peak resident memory of the pass",
      bound: "below 300 MiB",
      measured: `${rounded(mebibytes, 0)} MiB (${rounded(seconds, 1)} s, ${extracted.length} extracted)`,
      isWithin: mebibytes < 300 && extracted.length === 1
    }
  })

/** Lines as sessions contain them, with and without secrets. */
const mixedLines =
  "export GITHUB_TOKEN=$GH_TOKEN && npm publish --tag next\nconst token = tokens[index];\npassword: string\n" +
  '{"cacheKey":"d41d8cd98f00b204e9800998ecf8427e","id":"01950000-1111-7abc-8def-0123456789ab"}\n' +
  "https://docs.ferry.test/guide?page=2#tokens and src/auth/session_token.ts:42:7 error TS2345: Argument of type\n"

/** Measures the redaction of sessions on one core. */
const redaction = (): Figure => {
  const strings = Array.from({ length: 20 }, (_, number) => stringsOf(number, 250_000)).flat()
  const texts = [...strings, ...Array.from({ length: 200 }, () => mixedLines.repeat(20))]
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const rates = Array.from({ length: 9 }, () => {
    const start = performance.now()
    texts.forEach(redact)
    return bytes / 1_000 / (performance.now() - start)
  })
  return {
    what: `redaction of ${rounded(bytes / 1e6, 1)} MB of decoded sessions on one core`,
    bound: "at least 30 MB/s",
    measured: `${rounded(median(rates), 0)} MB/s`,
    isWithin: median(rates) >= 30
  }
}

/** Checks that redaction is linear: ten times the length of a near match must cost about ten times as much. */
const linearity = (): Figure => {
  const baits = [
    "password=((",
    "Bearer ",
    "https://a:b",
    "eyJhbGciOi.",
    'key\\":',
    "-----BEGIN RSA PRIVATE KEY-----",
    "\\\\n",
    "%25",
    "\u001b[0;",
    "a"
  ]
  const timeFor = (bait: string, length: number): number =>
    median(
      Array.from({ length: 5 }, () => {
        const text = bait.repeat(Math.ceil(length / bait.length))
        const start = performance.now()
        redact(text)
        return performance.now() - start
      })
    )
  const worst = Math.max(...baits.map((bait) => timeFor(bait, 2_000_000) / timeFor(bait, 200_000)))
  return {
    what: "redaction of 2 MB of hostile text against 200 KB of it, the worst of ten baits",
    bound: "at most 20 times",
    measured: `${rounded(worst, 1)} times`,
    isWithin: worst <= 20
  }
}

const benchmarks: { readonly [name: string]: () => Figure | ReadonlyArray<Figure> } = {
  nothingToDo,
  firstIndex,
  phaseOne,
  phaseOneServed,
  consolidation,
  agentTokens,
  gigabyte,
  redaction,
  linearity,
  commandStarts,
  embedding,
  eventLoop
}

const isRecorded = process.argv.includes("--record")
const options = new Set(["--record", "--findings", "--memories"])
const wanted = process.argv.slice(2).filter((word) => !options.has(word))

/** Measures the quality of memory, prints it, and tells whether it is as good as recorded. */
const isQualityKept = (): boolean => {
  const text = execFileSync(node, [qualityProgram, ...process.argv.slice(2)], { encoding: "utf8", maxBuffer: 1 << 26 })
  if (process.argv.includes("--findings") || process.argv.includes("--memories")) {
    process.stdout.write(text)
    return true
  }
  const rows: ReadonlyArray<QualityRow> = JSON.parse(text)
  process.stdout.write(`${qualityTable(rows)}\n`)
  const worse = existsSync(scoresFile) ? regressions(programScores(readRecord().rows), programScores(rows)) : []
  worse.forEach((line) => process.stdout.write(`worse than recorded: ${line}\n`))
  if (isRecorded) {
    writeRecord(rows)
  }
  return isRecorded || worse.length === 0
}

const isQualityWanted = wanted.length === 0 || wanted.includes("quality")
const isKept = !isQualityWanted || isQualityKept()
const figures = Object.entries(benchmarks)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .flatMap(([, run]) => run())

const [cpu] = cpus()
const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim()
const measured = {
  machine: `${cpu?.model ?? "unknown processor"}, ${cpus().length} cores, ${rounded(totalmem() / 2 ** 30, 0)} GiB, Node ${version}`,
  figures
}
if (figures.length > 0) {
  process.stdout.write(`${figuresTable(measured)}\n`)
  if (isRecorded) {
    recordFigures("bench/figures.json", measured)
  }
}
process.exitCode = isKept && figures.every(({ isWithin }) => isWithin) ? 0 : 1
