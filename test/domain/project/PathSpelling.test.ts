import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { nonEmpty } from "../../support/nonEmpty.js"
import { type Machine, oneSpelling } from "../../../src/domain/project/PathSpelling.js"

const machines: ReadonlyArray<Machine> = ["linux", "wsl", "windows"]

const spell = (path: string) => machines.map((machine) => oneSpelling(path, machine))

/** The spelling on Linux, under WSL and on Windows, and all paths that have it. */
const table: ReadonlyArray<readonly [readonly [string, string, string], ReadonlyArray<string>]> = [
  [
    ["c:/users/ada/code/shop", "/mnt/c/users/ada/code/shop", "c:/users/ada/code/shop"],
    [
      "C:\\Users\\ada\\code\\shop",
      "c:\\Users\\ada\\code\\shop",
      "C:\\Users\\Ada\\Code\\Shop",
      "C:/Users/ada/code/shop",
      "C:\\Users\\ada\\code\\shop\\",
      "c:/Users/ada/code/shop//",
      "\\\\?\\C:\\Users\\ada\\code\\shop",
      "\\\\.\\C:\\Users\\ada\\code\\shop",
      "//?/C:/Users/ada/code/shop"
    ]
  ],
  [
    ["c:/", "/mnt/c", "c:/"],
    ["C:\\", "c:/", "C:", "\\\\?\\c:\\"]
  ],
  [
    ["/mnt/c/Users/Ada/shop", "/mnt/c/users/ada/shop", "c:/users/ada/shop"],
    ["/mnt/c/Users/Ada/shop", "/mnt/c/Users/Ada/shop/"]
  ],
  [
    ["/mnt/C", "/mnt/c", "c:/"],
    ["/mnt/C", "/mnt/C/"]
  ],
  [
    [
      "//wsl.localhost/ubuntu/home/Ada/shop",
      "//wsl.localhost/ubuntu/home/Ada/shop",
      "//wsl.localhost/ubuntu/home/Ada/shop"
    ],
    [
      "\\\\wsl$\\Ubuntu\\home\\Ada\\shop",
      "\\\\wsl.localhost\\Ubuntu\\home\\Ada\\shop",
      "\\\\WSL.LOCALHOST\\ubuntu\\home\\Ada\\shop\\",
      "//wsl$/Ubuntu/home/Ada/shop",
      "\\\\?\\UNC\\wsl$\\Ubuntu\\home\\Ada\\shop"
    ]
  ],
  // Every other path stands as it is.
  [
    ["/home/ada/Shop", "/home/ada/Shop", "/home/ada/Shop"],
    ["/home/ada/Shop", "/home/ada/Shop/"]
  ],
  [["/", "/", "/"], ["/"]],
  [["/mnt/data/Shop", "/mnt/data/Shop", "/mnt/data/Shop"], ["/mnt/data/Shop"]],
  [["/home/ada/a\\b", "/home/ada/a\\b", "/home/ada/a\\b"], ["/home/ada/a\\b"]],
  [["\\\\server\\share\\Shop", "\\\\server\\share\\Shop", "\\\\server\\share\\Shop"], ["\\\\server\\share\\Shop"]],
  [["relative/c:/x", "relative/c:/x", "relative/c:/x"], ["relative/c:/x"]]
]

describe("spelling of a directory", () => {
  for (const [one, all] of table) {
    it(`${one.join(", ")} is one directory in ${all.length} spellings`, () => {
      for (const path of nonEmpty(all)) {
        assert.deepStrictEqual(spell(path), [...one], path)
      }
    })
  }

  it("a path into the distribution that the program runs in is a path of its own file system", () => {
    const own = (path: string) => oneSpelling(path, "wsl", "Ubuntu")
    assert.strictEqual(own("\\\\wsl$\\ubuntu\\home\\ada\\shop"), "/home/ada/shop")
    assert.strictEqual(own("\\\\wsl.localhost\\Ubuntu"), "/")
    assert.strictEqual(own("\\\\wsl$\\Ubuntu-22.04\\home\\ada"), "//wsl.localhost/ubuntu-22.04/home/ada")
    assert.strictEqual(oneSpelling("\\\\wsl$\\Ubuntu\\home", "windows", "Ubuntu"), "//wsl.localhost/ubuntu/home")
  })

  const AnyPath = Schema.String.annotations({
    arbitrary: () => (fc) =>
      fc
        .array(fc.constantFrom("C:", "c:", "/", "\\", "mnt", "Ada", "wsl$", "?", ".", "x", "\\\\", "//"), {
          maxLength: 8
        })
        .map((parts) => parts.join(""))
  })
  it.effect.prop(
    "a spelling stays as it is when it is spelled again",
    { path: AnyPath, machine: Schema.Literal("linux", "wsl", "windows") },
    ({ machine, path }) =>
      Effect.sync(() => {
        const one = oneSpelling(path, machine)
        assert.strictEqual(oneSpelling(one, machine), one, JSON.stringify(path))
      })
  )
})
