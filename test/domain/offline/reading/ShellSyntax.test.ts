import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { pipelinesOf, wordsOf } from "../../../../src/domain/offline/reading/ShellSyntax.js"

const texts = (command: string): ReadonlyArray<string> => pipelinesOf(command).map(({ text }) => text)

describe("pipelinesOf", () => {
  it("splits a list at its operators and keeps them", () => {
    assert.deepStrictEqual(
      pipelinesOf("make && ./run; ls || true").map(({ joint, text }) => [joint, text]),
      [
        ["", "make"],
        ["&&", "./run"],
        [";", "ls"],
        ["||", "true"]
      ]
    )
  })

  it("splits a pipeline into its stages", () => {
    assert.deepStrictEqual(pipelinesOf("npm test 2>&1 | tail -40")[0]?.stages, ["npm test 2>&1", "tail -40"])
  })

  it("does not split inside quotes, substitutions and braces", () => {
    assert.deepStrictEqual(texts(`awk '{c[$1]++; n|m} END {print c}' log | sort`), [
      `awk '{c[$1]++; n|m} END {print c}' log | sort`
    ])
    assert.deepStrictEqual(texts('echo "a; b && c" $(ls; pwd)'), ['echo "a; b && c" $(ls; pwd)'])
    assert.deepStrictEqual(texts("find . \\( -name a -o -name b \\) -print"), [
      "find . \\( -name a -o -name b \\) -print"
    ])
  })

  it("keeps a here-document with the command that reads it", () => {
    assert.deepStrictEqual(texts("python3 - <<'PY'\nimport os; print(1)\nPY\nls"), [
      "python3 - <<'PY'\nimport os; print(1)\nPY",
      "ls"
    ])
  })

  it("keeps a loop whole", () => {
    assert.deepStrictEqual(texts("for i in 1 2; do if true; then echo $i; fi; done; ls"), [
      "for i in 1 2; do if true; then echo $i; fi; done",
      "ls"
    ])
  })

  it("does not take a redirection for a background job", () => {
    assert.deepStrictEqual(texts("make 2>&1"), ["make 2>&1"])
    assert.deepStrictEqual(texts("server & curl localhost"), ["server", "curl localhost"])
  })

  it("leaves comments out", () => {
    assert.deepStrictEqual(texts("# first; this\nls"), ["# first; this", "ls"])
  })

  it.prop("gives stages for any text", [fc.string({ unit: "binary", maxLength: 300 })], ([text]) =>
    pipelinesOf(text).every(({ stages }) => stages.length > 0)
  )
})

describe("wordsOf", () => {
  it("takes quotes, redirections and leading assignments off", () => {
    assert.deepStrictEqual(wordsOf(`CI=1 npm run "build all" > out.log 2>&1`), ["npm", "run", "build all"])
  })

  it.prop("never throws", [fc.string({ unit: "binary", maxLength: 300 })], ([text]) => Array.isArray(wordsOf(text)))
})
