import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"
import { EvidencePacking } from "../../../src/domain/evidence/EvidencePacking.js"
import { evidenceFilter } from "../../../src/domain/session/codex/RolloutFilter.js"
import { decodeLine } from "../../../src/domain/session/codex/RolloutLine.js"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { RolloutReader } from "../../../src/domain/session/codex/RolloutReading.js"
import type { SessionEvidence } from "../../../src/domain/evidence/SessionEvidence.js"
import { RolloutBuilder } from "../../../src/testing/RolloutBuilder.js"
import { nonEmpty } from "../../support/nonEmpty.js"
import { amount } from "../../support/sample.js"

const evidenceOf = (rollout: RolloutBuilder): SessionEvidence => {
  const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
  rollout.lines.forEach((line, index) => reader.add(decodeLine(line, index + 1)))
  return reader.result().evidence
}

const parse = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.Unknown)))

const noise = "  ✔ departures on a Sunday leave out the early boat\n"

/** A session of so many turns: a request, a check that goes well with long output, one that fails, one that is fixed. */
const longSession = (turns: number, lines = 100): RolloutBuilder => {
  const rollout = new RolloutBuilder().meta()
  for (let turn = 0; turn < turns; turn++) {
    rollout
      .user(`wish-${turn}: the timetable of pier ${turn}`)
      .assistant(`I will look at pier ${turn}. ${"It takes a while. ".repeat(20)}`)
      .command(`cat log-${turn}`, noise.repeat(lines))
      .command(`npm test -- ${turn}`, `${noise.repeat(40)}Error: failure-${turn} of pier ${turn}\n`, 1)
      .patch(`*** Begin Patch\n*** Update File: pier-${turn}.js\n@@\n-a\n+b\n*** End Patch`)
      .command(`npm test -- ${turn}`, `${noise.repeat(40)}fixed-${turn}\n`)
      .turnEnd()
  }
  return rollout
}

describe("packing evidence by worth", () => {
  it("packed evidence is complete, as one JSON array in source order, if there is room", () => {
    const packing = new EvidencePacking(evidenceOf(longSession(2, 50)))
    const text = packing.shrinkTo(1_000_000)
    const parsed = parse(text)
    assert.strictEqual(parsed.length, 12)
    assert.notInclude(text, "left out")
    assert.deepStrictEqual(packing.leftOut(text), { events: 0, of: byteLength(text), bytes: 0 })
    const lines = parsed.map((event) => Number(/"line":(\d+)/.exec(JSON.stringify(event))?.[1]))
    assert.deepStrictEqual(
      lines,
      lines.toSorted((left, right) => left - right)
    )
  })

  it.prop(
    "packed evidence never exceeds the budget, and only shrinks",
    [Schema.Int.pipe(Schema.between(300, 200_000))],
    ([bytes]) => {
      const packing = new EvidencePacking(evidenceOf(longSession(6)))
      const text = packing.shrinkTo(bytes)
      assert.isAtMost(byteLength(text), bytes)
      const smaller = packing.shrinkTo(Math.floor(bytes * 0.7))
      assert.isAtMost(byteLength(smaller), Math.floor(bytes * 0.7))
    }
  )

  it("packed evidence drops long output of successes first, and keeps wishes, failures and fixes", () => {
    const evidence = evidenceOf(longSession(40))
    const whole = byteLength(new EvidencePacking(evidence).shrinkTo(Infinity))
    const text = new EvidencePacking(evidence).shrinkTo(Math.floor(whole / 8))
    parse(text)
    for (let turn = 0; turn < 40; turn++) {
      assert.include(text, `wish-${turn}:`)
      assert.include(text, `failure-${turn} of`)
      assert.include(text, `pier-${turn}.js`)
    }
    assert.notInclude(text, noise.repeat(100).slice(0, -1))
    assert.include(text, "left out")
  })

  it("a command that succeeded shows at most 4,000 characters of its output, whatever room there is", () => {
    const output = `first ${"x".repeat(5_000)} last\n`
    const rollout = new RolloutBuilder().meta().user("look").command("cat log", output).command("cat err", output, 1)
    const packing = new EvidencePacking(evidenceOf(rollout))
    const text = packing.shrinkTo(1_000_000)
    const [, , succeeded, failed] = parse(text).map((event) => JSON.stringify(event))
    assert.match(succeeded ?? "", /first x+ \[\.\.\. 1\d\d\d characters left out \.\.\.\] x+ last/)
    assert.match(failed ?? "", /first x{5000} last/)
    assert.include(text, "ROLLOUT TRUNCATED FOR MEMORY EXTRACTION")
    const { bytes, of } = packing.leftOut(text)
    assert.strictEqual(of - bytes, byteLength(text))
  })

  it.prop(
    "dispensing with steps never touches the user's words, failures, fixes, the last answer or the path of an edit",
    [Schema.Int.pipe(Schema.between(0, 60_000))],
    ([bytes]) => {
      const rollout = longSession(8)
        .patch("*** Begin Patch\n*** Update File: extra.js\n@@\n-a\n+b\n*** End Patch")
        .assistant(`all is done ${"and well ".repeat(200)}`)
      const evidence = evidenceOf(rollout)
      const whole = new EvidencePacking(evidence).shrinkTo(Infinity)
      const packing = new EvidencePacking(evidence)
      packing.dispense(bytes)
      const text = packing.shrinkTo(Infinity)
      const events = parse(whole).map((event) => JSON.stringify(event))
      const kept = events.filter((event) => /"user"|"exit_code":1|fixed-|pier-\d+\.js|all is done/.test(event))
      assert.strictEqual(kept.length, 8 * 4 + 1)
      for (const event of nonEmpty(kept)) {
        assert.include(text, event)
      }
      assert.include(text, "extra.js")
      const { bytes: left, events: gone, of } = packing.leftOut(text)
      assert.isAtLeast(left, of - byteLength(text))
      assert.strictEqual(gone, events.length - 1 - parse(text).filter((event) => typeof event === "object").length)
    }
  )

  it("edits count as a fix between the failure and the pass of the same command, also of nested ones", () => {
    const patch = (name: string) =>
      `*** Begin Patch\n*** Update File: ${name}.js\n@@\n-${"a".repeat(900)}\n+${name}-end\n*** End Patch`
    const rollout = new RolloutBuilder()
      .meta()
      .user("make it pass")
      .patch(patch("before"))
      .command("npm test", "Error: one\n", 1)
      .patch(patch("outer"))
      .command("npm run lint", "error: two\n", 1)
      .patch(patch("inner"))
      .command("npm run lint", "clean\n")
      .command("npm test", "# pass 1\n")
      .command("npm run types", "error: three\n", 1)
      .patch(patch("attempt"))
    const packing = new EvidencePacking(evidenceOf(rollout))
    packing.dispense(0)
    const text = packing.shrinkTo(Infinity)
    assert.deepStrictEqual(
      ["before", "outer", "inner", "attempt"].map(
        (name) => text.includes(`${"a".repeat(900)}`) && new RegExp(`${name}\\.js[^}]*${"a".repeat(900)}`).test(text)
      ),
      [false, true, true, false]
    )
    assert.include(text, "before.js")
    assert.include(text, "attempt.js")
  })

  it("a shortened command keeps its line, exit code and error line, and a gap names its lines", () => {
    const rollout = new RolloutBuilder().meta().user("look at all of it")
    for (let time = 0; time < 40; time++) {
      rollout.command(`cat log-${time}`, noise.repeat(20))
      rollout.command("npm test", `${noise.repeat(60)}Error: the same pier\n${noise.repeat(60)}`, 1)
    }
    const packing = new EvidencePacking(evidenceOf(rollout))
    packing.dispense(9_000)
    const text = packing.shrinkTo(Infinity)
    assert.isAtMost(byteLength(text), 9_000)
    assert.match(text, /\{"line":\d+,"command":"npm test","exit_code":1,"error":"Error: the same pier"\}/)
    assert.match(
      text,
      /"\[\.\.\. \d+ events left out, lines \d+ to \d+ \.\.\.\]"|"\[\.\.\. 1 event left out, line \d+ \.\.\.\]"/
    )
  })

  it("packed evidence marks each gap once", () => {
    const text = new EvidencePacking(evidenceOf(longSession(40))).shrinkTo(16_000)
    const parsed = parse(text)
    const gaps = parsed.map((event) => typeof event === "string")
    assert.isTrue(gaps.some(Boolean))
    assert.isFalse(gaps.some((isGap, index) => isGap && gaps[index + 1] === true))
  })

  it("packed evidence has a repeated failure only once", () => {
    const rollout = new RolloutBuilder().meta().user("make it pass")
    for (let time = 0; time < 300; time++) {
      rollout.command("npm test", `${noise.repeat(20)}Error: the same pier\n`, 1)
    }
    rollout.command("npm run other", "Error: once only\n", 1)
    const text = new EvidencePacking(evidenceOf(rollout)).shrinkTo(3_000)
    parse(text)
    assert.include(text, "once only")
    assert.include(text, "the same pier")
  })

  it("packed evidence is cut around the marker only if not even the user's words fit", () => {
    const rollout = new RolloutBuilder().meta()
    for (let turn = 0; turn < 500; turn++) {
      rollout.user(`wish ${turn} ${"word ".repeat(40)}`)
    }
    const text = new EvidencePacking(evidenceOf(rollout)).shrinkTo(5_000)
    assert.isAtMost(byteLength(text), 5_000)
    assert.include(text, "\n\n[... ROLLOUT TRUNCATED FOR MEMORY EXTRACTION ...]\n\n")
  })

  it("packed evidence of a session far beyond the budget keeps wishes and failures from its start, middle and end", () => {
    const turns = amount(900, 90)
    const rollout = new RolloutBuilder().meta()
    const reader = new RolloutReader(evidenceFilter, 1_000_000, redact, "/memories")
    const at = new Set([Math.round(turns * 0.01), Math.round(turns * 0.5), Math.round(turns * 0.99)])
    let bytes = 0
    let line = 0
    const read = () => {
      for (const text of rollout.lines.splice(0)) {
        bytes += byteLength(text)
        reader.add(decodeLine(text, ++line))
      }
    }
    for (let turn = 0; turn < turns; turn++) {
      rollout
        .user(at.has(turn) ? `please remember needle-wish-${turn}` : `go on with part ${turn}`)
        .command(`cat log-${turn}`, noise.repeat(1_100))
        .command(
          `npm test -- ${turn}`,
          `${noise.repeat(300)}Error: ${at.has(turn) ? `needle-failure-${turn}` : `broken ${turn}`}\n`,
          1
        )
        .assistant(`part ${turn} is done`)
      read()
    }
    assert.isAbove(bytes, turns * 77_000)
    for (const budget of [1_000_000, 400_000, 250_000].map((bytes) => amount(bytes, bytes / 10))) {
      const text = new EvidencePacking(reader.result().evidence).shrinkTo(budget)
      assert.isAtMost(byteLength(text), budget)
      for (const turn of at) {
        assert.include(text, `needle-wish-${turn}`, `wish ${turn} in ${budget}`)
        assert.include(text, `needle-failure-${turn}`, `failure ${turn} in ${budget}`)
      }
    }
  })
})
