import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { nonEmpty } from "../../support/nonEmpty.js"
import { normaliseOrigin } from "../../../src/domain/project/OriginUrl.js"

const spellings: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  [
    "git.example.com/ada/ferry",
    [
      "https://git.example.com/ada/ferry.git",
      "https://git.example.com/ada/ferry",
      "https://git.example.com/ada/ferry/",
      "https://git.example.com:8443/ada/ferry.git/",
      "https://ada:s3cret@GIT.example.com/ada/ferry.git",
      "https://[REDACTED_SECRET]@git.example.com/ada/ferry.git",
      "https://git.example.com/ada//ferry.git?private_token=s3cret#readme",
      "http://git.example.com/ada/ferry.git",
      "git://git.example.com/ada/ferry.git",
      "ssh://git@git.example.com:2222/ada/ferry.git",
      "git+ssh://git@git.example.com/ada/ferry",
      "git@git.example.com:ada/ferry.git",
      "git@Git.Example.Com:/ada/ferry.git",
      "git.example.com:ada/ferry",
      "  git@git.example.com:ada/ferry.git\n"
    ]
  ],
  ["git.example.com/ada/Ferry", ["https://git.example.com/ada/Ferry.git"]],
  ["file:/srv/git/ferry", ["/srv/git/ferry.git", "file:///srv/git/ferry.git", "/srv/git/ferry/"]],
  ["file:c:/git/ferry", ["C:\\git\\ferry.git", "c:/git/ferry", "file:///C:/git/ferry.git"]]
]

describe("origin of a repository", () => {
  for (const [one, all] of spellings) {
    it(`${one} is one origin in ${all.length} spellings`, () => {
      for (const url of nonEmpty(all)) {
        assert.strictEqual(normaliseOrigin(url), one, url)
      }
    })
  }

  it("texts that are no address of their own are no origin", () => {
    for (const url of [
      undefined,
      null,
      "",
      "../ferry",
      "./ferry.git",
      "ferry",
      "https://",
      "https:///ferry",
      "git@:ada/ferry",
      "https://git.example.com/",
      "https://git.example.com/[REDACTED_SECRET]/ferry",
      "https://git.example.com/ada/fer ry",
      "https://git.example.com/ada/ferry\u0000",
      `https://git.example.com/${"a".repeat(3_000)}`
    ]) {
      assert.isUndefined(normaliseOrigin(url), String(url))
    }
  })

  const Word = Schema.String.pipe(Schema.pattern(/^[a-z0-9]{6,12}$/))
  it.effect.prop("credentials are in no origin", { user: Word, password: Word }, ({ password, user }) =>
    Effect.sync(() => {
      for (const url of [
        `https://${user}:zz${password}@git.example.com/ada/ferry.git`,
        `https://zz${password}@git.example.com/ada/ferry.git`,
        `ssh://${user}:p@zz${password}@git.example.com/ada/ferry.git`,
        `https://git.example.com/ada/ferry.git?token=zz${password}`
      ]) {
        assert.strictEqual(normaliseOrigin(url), "git.example.com/ada/ferry", url)
      }
    })
  )
})
