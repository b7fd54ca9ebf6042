import { codingAgents } from "../../../src/domain/session/CodingAgent.js"
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as fc from "effect/FastCheck"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"
import { ThreadId } from "../../../src/domain/thread/ThreadId.js"
import {
  isStructured,
  memoryVersion,
  normaliseOutput,
  parseTraceFile,
  readTraceFile,
  renderTraceFile,
  threadOfTraceFile,
  traceFileName,
  type TraceHeader,
  traceSlug
} from "../../../src/domain/memory/TraceMemory.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const limits = { traceBytes: 300_000, summaryBytes: 1_200 }
const id = ThreadId.make(threadIdOf(1))

const structured = [
  "# The timetable sorts a copy",
  "Trace context: ferry, branch main",
  "User preferences: none observed",
  "",
  "## Task: sort the departures",
  "Outcome: success"
].join("\n")

const normalise = (traceMemory: string, summary = "a summary") =>
  normaliseOutput({ traceMemory, summary }, limits, redact)

describe("structured trace memories", () => {
  it("a trace memory is structured if it starts with # and has all the required parts", () => {
    assert.isTrue(isStructured(structured))
    assert.isTrue(isStructured("#Trace context:User preferences:## Task:Outcome:"))
  })

  it("a trace memory is not structured if it starts otherwise or a part is missing", () => {
    assert.isFalse(isStructured(` ${structured}`))
    assert.isFalse(isStructured(`Memory:\n${structured}`))
    for (const mark of ["Trace context:", "User preferences:", "## Task:", "Outcome:"]) {
      assert.isFalse(isStructured(structured.replace(mark, "…")), mark)
      assert.isFalse(isStructured(structured.replace(mark, mark.toUpperCase())), mark)
    }
  })
})

describe("unstructured trace memories", () => {
  const { traceMemory } = normalise("I sorted the departures.\n\nIt works now.")

  it("an unstructured trace memory is wrapped in a fallback of the same structure", () => {
    assert.isTrue(isStructured(traceMemory))
    const lines = traceMemory.split("\n")
    assert.strictEqual(lines[0], "# Trace Summary")
    assert.include(lines, "User preferences: none observed")
    assert.include(lines, "Outcome: uncertain")
    assert.lengthOf(
      lines.filter((line) => line.startsWith("## Task:")),
      1
    )
  })

  it("an unstructured trace memory gets every task heading", () => {
    const headings = [
      "## Task:",
      "Outcome:",
      "Key steps:",
      "Things that did not work / things that can be improved:",
      "Reusable knowledge:",
      "Pointers and references (annotate why each item matters):"
    ]
    const places = headings.map((heading) => traceMemory.indexOf(`\n${heading}`))
    assert.isTrue(places.every((place) => place > 0))
    assert.deepStrictEqual(
      [...places].sort((left, right) => left - right),
      places
    )
  })

  it("an unstructured trace memory is kept whole under a heading of its own", () => {
    assert.isTrue(traceMemory.endsWith("\n### Raw trace notes\nI sorted the departures.\n\nIt works now."))
  })
})

describe("normalised answers", () => {
  it("a valid answer stays unchanged", () => {
    assert.deepStrictEqual(normalise(structured), { traceMemory: structured, summary: "a summary" })
  })

  it("an answer is redacted in both fields, and also when it is wrapped", () => {
    const secret = "password=hunter2hunter2"
    const taken = normalise(`${structured}\n${secret}`, `use ${secret}`)
    assert.deepStrictEqual(taken, {
      traceMemory: `${structured}\npassword=[REDACTED_SECRET]`,
      summary: "use password=[REDACTED_SECRET]"
    })
    assert.notInclude(normalise(secret).traceMemory, "hunter2")
  })

  it("an answer has its white space collapsed in the summary but not in the trace", () => {
    assert.strictEqual(normalise(structured, "  one\n\n two\t\u00a0three ").summary, "one two three")
    assert.strictEqual(normalise(structured).traceMemory, structured)
  })

  it("a trace that is too long keeps half head and half tail around its marker", () => {
    const marker = "\n\n[... TRACE MEMORY TRUNCATED ...]\n\n"
    const long = `${structured}\n${"x".repeat(300)}`
    const { traceMemory } = normaliseOutput(
      { traceMemory: long, summary: "s" },
      { ...limits, traceBytes: 36 + 101 },
      redact
    )
    assert.strictEqual(traceMemory, `${long.slice(0, 50)}${marker}${"x".repeat(51)}`)
  })

  it("a summary that is too long keeps half head and half tail around its marker", () => {
    const { summary } = normaliseOutput(
      { traceMemory: structured, summary: `${"é".repeat(100)}${"z".repeat(100)}` },
      { ...limits, summaryBytes: 26 + 23 },
      redact
    )
    // Eleven bytes of head are five é and one byte left over, which the tail gets.
    assert.strictEqual(summary, `${"é".repeat(5)} [...summary truncated...]${"z".repeat(13)}`)
  })

  it("an answer that fits exactly is not cut", () => {
    const exact = { traceBytes: byteLength(structured), summaryBytes: 9 }
    assert.deepStrictEqual(normaliseOutput({ traceMemory: structured, summary: "a summary" }, exact, redact), {
      traceMemory: structured,
      summary: "a summary"
    })
  })

  it.prop(
    "an answer never exceeds a limit, and is structured whenever the limit leaves room",
    [
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.integer({ min: 40, max: 200 })
    ],
    ([traceMemory, summary, bytes]) => {
      const short = normaliseOutput({ traceMemory, summary }, { traceBytes: bytes, summaryBytes: bytes }, redact)
      assert.isAtMost(byteLength(short.traceMemory), bytes)
      assert.isAtMost(byteLength(short.summary), bytes)
      assert.notMatch(short.summary, /[\r\n\t]/)
      assert.isTrue(isStructured(normalise(traceMemory, summary).traceMemory))
    }
  )
})

describe("the slug of a trace", () => {
  const slugs: ReadonlyArray<readonly [string, string]> = [
    ["Sort the departures", "sort_the_departures"],
    ["  --Fix: `a.b()` & C++ (again)!  ", "fix_a_b_c_again"],
    ["naïve Über-straße 42", "na_ve_ber_stra_e_42"],
    ["修复测试", "trace"],
    ["___", "trace"],
    ["", "trace"],
    ["../../etc/passwd", "etc_passwd"],
    ["a\nb\0c", "a_b_c"],
    ["x".repeat(80), "x".repeat(64)],
    [`${"x".repeat(63)} y`, `${"x".repeat(63)}_`]
  ]
  for (const [title, slug] of slugs) {
    it(`the slug of ${JSON.stringify(title.slice(0, 40))} is ${slug.slice(0, 40)}`, () => {
      assert.strictEqual(traceSlug(title, 64), slug)
    })
  }

  it.prop(
    "the slug is a valid file name on any system",
    [fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 100 })],
    ([title, length]) => {
      assert.match(traceSlug(title, length), /^(?:[a-z0-9][a-z0-9_]*|trace)$/)
      assert.isAtMost(traceSlug(title, length).length, Math.max(length, "trace".length))
    }
  )
})

describe("the name of a trace's file", () => {
  it("the name of a trace's file consists of the thread and the slug", () => {
    assert.strictEqual(traceFileName(id, "sort_them"), `${id}_sort_them.md`)
    assert.strictEqual(threadOfTraceFile(`${id}_sort_them.md`), id)
    assert.strictEqual(threadOfTraceFile(`${id}_.md`), id)
  })

  it("the name of any other file gives no thread", () => {
    const names = [
      `${id}.md`,
      `${id}_x.txt`,
      `x${id}_x.md`,
      "README.md",
      `${id}_a/b.md`,
      `${id.slice(1)}_x.md`,
      `.${id}_x.md.tmp`
    ]
    for (const name of [...names, `${id}_x.md~`, id.toUpperCase().concat("_x.md")]) {
      assert.isUndefined(threadOfTraceFile(name), name)
    }
  })
})

describe("trace files", () => {
  const header: TraceHeader = {
    threadId: id,
    cwd: "/home/ada/projects/ferry",
    rolloutPath: "/home/ada/.codex/sessions/2026/03/02/rollout-1.jsonl",
    updatedAt: Date.UTC(2026, 2, 2, 9, 0, 4, 5)
  }

  it("a trace file has the header, a blank line, the trimmed memory and a final newline", () => {
    assert.strictEqual(
      renderTraceFile(header, safe`\n# Sorted\n\nall\n\n`),
      [
        `thread_id: ${id}`,
        "cwd: /home/ada/projects/ferry",
        "rollout_path: /home/ada/.codex/sessions/2026/03/02/rollout-1.jsonl",
        "updated_at: 2026-03-02T09:00:04.005Z",
        "",
        "# Sorted",
        "",
        "all",
        ""
      ].join("\n")
    )
  })

  it("a trace file has no updated_at if the time is unknown or not a date", () => {
    for (const updatedAt of [undefined, Number.NaN, 9e15]) {
      const text = renderTraceFile({ ...header, updatedAt }, safe`# A`)
      assert.strictEqual(text.split("\n")[3], "", String(updatedAt))
      assert.notInclude(text, "updated_at")
    }
  })

  it("a trace file gains no header line through a line break in a path", () => {
    const text = renderTraceFile(
      { ...header, cwd: "/a\nthread_id: evil\r\n\r\n# Owned", rolloutPath: "/b\nupdated_at: 1999-01-01T00:00:00Z" },
      safe`# A`
    )
    const { header: fields, trace } = parseTraceFile(text)
    assert.deepStrictEqual([...fields.keys()], ["thread_id", "cwd", "rollout_path", "updated_at"])
    assert.strictEqual(fields.get("thread_id"), id)
    assert.strictEqual(fields.get("cwd"), "/a thread_id: evil # Owned")
    assert.strictEqual(fields.get("updated_at"), "2026-03-02T09:00:04.005Z")
    assert.strictEqual(trace, "# A")
  })

  it("a trace file without a header is read as memory only", () => {
    for (const text of ["# My notes\n\nby hand\n", "no blank line", "a: b\nnot a field\n\nrest"]) {
      assert.deepStrictEqual(parseTraceFile(text), { header: new Map(), trace: text.trim() })
    }
  })

  const path = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text))
  const memory = fc.string({ unit: "grapheme" }).map((text) => redact(`# ${text.trim()}.`))

  it.prop(
    "a trace file is parsed back into its header and memory",
    [
      path,
      path,
      memory,
      fc.integer({ min: 0, max: Date.UTC(2200, 0) }),
      fc.option(fc.string(), { nil: undefined }),
      fc.constantFrom(...codingAgents)
    ],
    ([cwd, rolloutPath, trace, updatedAt, summary, agent]) => {
      const text = renderTraceFile({ threadId: id, agent, cwd, rolloutPath, updatedAt }, trace)
      assert.deepStrictEqual(
        readTraceFile(text, id, `${id}_sort_them.md`, summary),
        Option.some({
          threadId: id,
          agent,
          cwd,
          rolloutPath,
          updatedAt,
          slug: "sort_them",
          traceSummary: trace,
          memorySummary: summary ?? (trace.split("\n")[0] ?? "").slice(2)
        })
      )
    }
  )

  it("a trace file is rejected if its header lacks a field of a row or names another thread", () => {
    const whole = renderTraceFile(header, safe`# A`)
    const broken = [
      whole.replace(/^thread_id:.*\n/, ""),
      whole.replace(/\ncwd:.*/, ""),
      whole.replace(/\nrollout_path:.*/, ""),
      whole.replace(/\nupdated_at:.*/, ""),
      whole.replace(/\nupdated_at:.*/, "\nupdated_at: soon"),
      whole.replace("# A", ""),
      whole.replace(id, threadIdOf(2)),
      "# A"
    ]
    assert.isTrue(Option.isSome(readTraceFile(whole, id, `${id}_a.md`, undefined)))
    for (const text of broken) {
      assert.isTrue(Option.isNone(readTraceFile(text, id, `${id}_a.md`, undefined)), text)
    }
  })
})

it("the version of a memory is the hash of its trace and its summary, with a separator", () => {
  assert.strictEqual(
    memoryVersion({ traceMemory: "trace", summary: "summary" }),
    "12694d48307f2c9b0f5cce29ded3d4b30393057a981aeace04275e51e548898a"
  )
  assert.notStrictEqual(
    memoryVersion({ traceMemory: "ab", summary: "c" }),
    memoryVersion({ traceMemory: "a", summary: "bc" })
  )
})
