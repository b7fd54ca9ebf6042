import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { pipelinesOf, wordsOf } from "../../../../src/domain/offline/commands/ShellSyntax.js"

const texts = (command: string): ReadonlyArray<string> => pipelinesOf(command).map(({ text }) => text)

describe("pipelinesOf", () => {
  it("a list is split at its operators, which are kept", () => {
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

  it("a pipeline is split into its stages", () => {
    assert.deepStrictEqual(pipelinesOf("npm test 2>&1 | tail -40")[0]?.stages, ["npm test 2>&1", "tail -40"])
  })

  it("quotes, substitutions and braces are not split", () => {
    assert.deepStrictEqual(texts(`awk '{c[$1]++; n|m} END {print c}' log | sort`), [
      `awk '{c[$1]++; n|m} END {print c}' log | sort`
    ])
    assert.deepStrictEqual(texts('echo "a; b && c" $(ls; pwd)'), ['echo "a; b && c" $(ls; pwd)'])
    assert.deepStrictEqual(texts("find . \\( -name a -o -name b \\) -print"), [
      "find . \\( -name a -o -name b \\) -print"
    ])
  })

  it("a here-document stays with the command that reads it", () => {
    assert.deepStrictEqual(texts("python3 - <<'PY'\nimport os; print(1)\nPY\nls"), [
      "python3 - <<'PY'\nimport os; print(1)\nPY",
      "ls"
    ])
  })

  it("a loop stays whole", () => {
    assert.deepStrictEqual(texts("for i in 1 2; do if true; then echo $i; fi; done; ls"), [
      "for i in 1 2; do if true; then echo $i; fi; done",
      "ls"
    ])
  })

  it("a redirection is not a background job", () => {
    assert.deepStrictEqual(texts("make 2>&1"), ["make 2>&1"])
    assert.deepStrictEqual(texts("server & curl localhost"), ["server", "curl localhost"])
  })

  it("a comment is not split", () => {
    assert.deepStrictEqual(texts("# first; this\nls"), ["# first; this", "ls"])
  })

  it.prop("any text has stages in each pipeline", [fc.string({ unit: "binary", maxLength: 300 })], ([text]) =>
    pipelinesOf(text).every(({ stages }) => stages.length > 0)
  )
})

describe("wordsOf", () => {
  it("words are read without quotes, redirections and leading assignments", () => {
    assert.deepStrictEqual(wordsOf(`CI=1 npm run "build all" > out.log 2>&1`), ["npm", "run", "build all"])
  })

  it.prop("any text is read into words without an error", [fc.string({ unit: "binary", maxLength: 300 })], ([text]) =>
    Array.isArray(wordsOf(text))
  )
})
