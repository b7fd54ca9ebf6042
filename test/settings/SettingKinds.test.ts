import { assert, describe, it } from "@effect/vitest"
import { Duration, Option } from "effect"
import * as Kinds from "../../src/settings/SettingKinds.js"
import { settings } from "../../src/settings/Settings.js"
import { nonEmpty } from "../support/nonEmpty.js"

/** The texts that a setting reads as another value than theirs, and those that it reads and should refuse. */
const misread = <A>(
  setting: Kinds.Setting<A>,
  good: ReadonlyArray<readonly [string, A]>,
  bad: ReadonlyArray<string>
) => [
  ...good.filter(([text, value]) => JSON.stringify(setting.parse(text)) !== JSON.stringify(Option.some(value))),
  ...bad.filter((text) => Option.isSome(setting.parse(text)))
]

describe("the text of a setting", () => {
  it("the text of a whole number is digits within its bounds", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.integer(5, 2, 10, "x"),
        [
          ["2", 2],
          ["10", 10],
          ["007", 7]
        ],
        ["1", "11", "", " 5", "5.0", "5.5", "+5", "1e1", "0x5", "five", "9".repeat(40)]
      ),
      []
    ))
  it("the text of seconds is a whole number", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.seconds(5, 60, "x"),
        [
          ["0", Duration.zero],
          ["60", Duration.minutes(1)]
        ],
        ["61", "5s", "-1", "0.5"]
      ),
      []
    ))
  it("the text of a time has a unit, or is 0", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.time(5, "s", "x"),
        [
          ["0", Duration.zero],
          ["250ms", Duration.millis(250)],
          ["90s", Duration.seconds(90)],
          ["10m", Duration.minutes(10)],
          ["2h", Duration.hours(2)],
          ["1d", Duration.days(1)]
        ],
        ["10", "1.5h", "-1s", "s", "10 m", "10min", "1e3s", "+5s", "0.5s", "10M", "9999999999d"]
      ),
      []
    ))
  it("the text of a choice is one of its words", () =>
    assert.deepStrictEqual(
      misread(Kinds.choice("low", ["low", "high"], "x"), [["high", "high"]], ["", "HIGH", "lo", "low,high"]),
      []
    ))
  it("the text of a flag is true or false", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.flag(true, "x"),
        [
          ["true", true],
          ["false", false]
        ],
        ["yes", "1", "TRUE", ""]
      ),
      []
    ))
  it("the text of a limit is a whole number or unlimited", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.limit(5, "x"),
        [
          ["unlimited", undefined],
          ["0", 0],
          ["1000000000000", 1_000_000_000_000]
        ],
        ["1000000000001", "none", "-1", ""]
      ),
      []
    ))
  it("the text of a price is a decimal number", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.price("x"),
        [
          ["1.25", 1.25],
          ["0", 0]
        ],
        ["1,25", "$1", "-1", ".5", "1e3", "unknown"]
      ),
      []
    ))
  it("the text of a model is offline, or openai: and a name", () =>
    assert.deepStrictEqual(
      misread(
        Kinds.modelName("x"),
        [
          ["offline", "offline"],
          ["openai:gpt-5-mini", "openai:gpt-5-mini"]
        ],
        ["magic", "openai:", "openai:a b", "openai:a\nb", `openai:${"a".repeat(201)}`, "xoffline"]
      ),
      []
    ))
  it("the text of sources is names with commas, or all", () =>
    assert.deepStrictEqual(
      misread<Kinds.Sources>(
        Kinds.sources(["cli"], "x"),
        [
          ["cli, exec", ["cli", "exec"]],
          ["cli,all", "all"],
          ["all", "all"]
        ],
        ["", ",", "cli,,exec", "cli, "]
      ),
      []
    ))
})

describe("values that a host gives to settings", () => {
  it("a host's value has the same bounds as the text of a setting", () => {
    const { candidates, currentThread, lockLease, maxRequests, minIdle, model, priceInput, sources } = settings
    assert.isTrue(candidates.is(8) && maxRequests.is(undefined) && currentThread.is(undefined))
    assert.isTrue(priceInput.is(undefined) && priceInput.is(0.1) && sources.is("all") && sources.is(["x"]))
    assert.isTrue(lockLease.is(Duration.seconds(600)) && minIdle.is(Duration.zero) && model.is("openai:m"))
    for (const wrong of [-1, 1.5, Number.NaN, Infinity, 10_001, "8", undefined, null]) {
      assert.isFalse(candidates.is(wrong), String(wrong))
    }
    assert.isFalse(lockLease.is(Duration.millis(1_500)) || lockLease.is(Duration.days(2)) || lockLease.is(600))
    assert.isFalse(minIdle.is(Duration.infinity) || minIdle.is("10m") || maxRequests.is("unlimited"))
    assert.isFalse(priceInput.is(-1) || priceInput.is(Infinity) || sources.is([]) || sources.is("cli"))
  })

  it("a setting's default is valid, and its text reads as that value", () => {
    for (const [name, setting] of nonEmpty(Object.entries(settings))) {
      assert.isTrue(setting.is(setting.fallback), name)
    }
    const written = Object.entries(settings).filter(
      ([, { fallback, fallbackText }]) => fallback !== undefined || fallbackText === "unlimited"
    )
    for (const [name, setting] of nonEmpty(written)) {
      assert.deepStrictEqual(setting.parse(setting.fallbackText), Option.some(setting.fallback), name)
    }
  })
})
