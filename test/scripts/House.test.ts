import { assert, describe, it } from "@effect/vitest"
import { breachesOf } from "../../scripts/house.mjs"

const breaches = (files: { readonly [path: string]: string }): ReadonlyArray<string> =>
  breachesOf(new Map(Object.entries(files)))

describe("the layout of src", () => {
  it("imports that run one way are accepted", () =>
    assert.deepStrictEqual(
      breaches({
        "main.ts": 'import { a } from "./layers/model/A.js"',
        "layers/model/A.ts": 'import {\n  b\n} from "../../services/B.js"',
        "services/B.ts": 'import type { C } from "../domain/C.js"',
        "domain/C.ts": ""
      }),
      []
    ))

  it.each([
    ["domain/A.ts", 'import { b } from "../services/B.js"', "services/B.ts"],
    ["domain/A.ts", 'import type { B } from "../services/B.js"', "services/B.ts"],
    ["pass/A.ts", 'const b = () => import("../layers/state/B.js")', "layers/state/B.ts"],
    ["services/A.ts", 'export { b } from "../pass/B.js"', "pass/B.ts"],
    ["commands/A.ts", 'import {\n  b,\n  c\n} from "../cli/B.js"', "cli/B.ts"]
  ])("a file %s with %s is a breach of the layout", (path, text, imported) => {
    const found = breaches({ [path]: text, [imported]: "" })
    assert.strictEqual(found.length, 1)
    assert.include(found[0], `src/${path} imports src/${imported}`)
  })

  it.each([
    ["pass/A.ts", "const safeTextOf = redactedBy((text) => text)", "the service Redactor"],
    ["services/A.ts", 'const Text = Schema.String.pipe(Schema.brand("SafeText"))', "the service Redactor"],
    ["commands/A.ts", "yield* Effect.logWarning(said)", "services/Logging.ts"]
  ])("%s is a breach if it makes safe text of raw text, or logs raw text: %s", (path, text, instead) => {
    const found = breaches({ [path]: text })
    assert.strictEqual(found.length, 1)
    assert.include(found[0], `use ${instead}`)
  })

  it("an import cycle is a breach, even one through import() or of types only", () => {
    assert.deepStrictEqual(
      breaches({
        "pass/A.ts": 'import { b } from "./B.js"',
        "pass/B.ts": 'const load = () => import("./C.js")',
        "pass/C.ts": 'import { a } from "./A.js"'
      }),
      ["an import cycle: src/pass/A.ts -> src/pass/B.ts -> src/pass/C.ts -> src/pass/A.ts"]
    )
    assert.deepStrictEqual(
      breaches({ "pass/A.ts": 'import { b } from "./B.js"', "pass/B.ts": 'import type { A } from "./A.js"' }),
      ["an import cycle: src/pass/A.ts -> src/pass/B.ts -> src/pass/A.ts"]
    )
  })

  it("a breach is a folder of more than twenty files, a new file beside the doors, or a new folder", () => {
    const full = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`domain/${index}.ts`, ""]))
    assert.deepStrictEqual(breaches(full), [])
    assert.include(breaches({ ...full, "domain/20.ts": "" })[0], "src/domain has 21 files")
    assert.include(breaches({ "Other.ts": "" })[0], "src/Other.ts")
    assert.include(breaches({ "other/A.ts": "" })[0], "src/other")
  })
})
