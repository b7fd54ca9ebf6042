import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { type GivenOptions, loadSettings } from "../../src/settings/Settings.js"
import { temporaryFolder } from "../support/program.js"

/** The homes under some variables, with the user's home as `~`. */
const homesOf = Effect.fnUntraced(function* (
  variables: { readonly [name: string]: string },
  there: ReadonlyArray<string> = [".codex", ".claude"],
  options: GivenOptions = {}
) {
  const home = yield* temporaryFolder
  for (const path of there) {
    mkdirSync(join(home, path), { recursive: true })
  }
  const said = Object.entries(variables).map(([name, value]) => [name, value.replace("~", home)] as const)
  const settings = yield* loadSettings(options).pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["HOME", home], ...said])))
  )
  const short = (path: string) => path.replace(home, "~")
  return {
    agents: settings.agentHomes.map(({ agent, path }) => `${agent} ${short(path)}`),
    memories: short(settings.memoriesHome),
    home
  }
})

describe("the homes of agents", () => {
  it.scoped("every agent's default home is read where none is named", () =>
    Effect.gen(function* () {
      const { agents, memories } = yield* homesOf({})
      assert.deepStrictEqual(agents, ["codex ~/.codex", "claude ~/.claude"])
      assert.strictEqual(memories, "~/.codex/memories")
    })
  )

  it.scoped("named homes alone are read where one is named, and a default one names nothing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* homesOf({ CODEX_HOME: "~/other" })).agents, ["codex ~/other"])
      assert.deepStrictEqual((yield* homesOf({ CLAUDE_CONFIG_DIR: "~/other" })).agents, ["claude ~/other"])
      const option = { codexHome: { option: "--codex-home", text: "/srv/codex" } }
      assert.deepStrictEqual((yield* homesOf({}, [], option)).agents, ["codex /srv/codex"])
      const both = ["codex ~/.codex", "claude ~/.claude"]
      assert.deepStrictEqual((yield* homesOf({ CODEX_HOME: "~/.codex" })).agents, both)
    })
  )

  it.scoped("MEMORIES_AGENTS names the agents that are read, each in its own home", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* homesOf({ MEMORIES_AGENTS: "claude" })).agents, ["claude ~/.claude"])
      const named = { MEMORIES_AGENTS: " claude , codex ", CODEX_HOME: "~/other" }
      assert.deepStrictEqual((yield* homesOf(named)).agents, ["codex ~/other", "claude ~/.claude"])
      const error = yield* Effect.flip(homesOf({ MEMORIES_AGENTS: "codex,hal" }))
      assert.match(String(error), /MEMORIES_AGENTS: expected codex, claude/)
    })
  )

  it.scoped("memories are below the user's data without Codex, and stay where they are when it comes", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* homesOf({}, [".claude"])).memories, "~/.local/share/rollout-memories")
      const { home, memories } = yield* homesOf({ XDG_DATA_HOME: "~/data" }, [".claude"])
      assert.strictEqual(memories, "~/data/rollout-memories")
      mkdirSync(join(home, "data", "rollout-memories"), { recursive: true })
      writeFileSync(join(home, "data", "rollout-memories", "state.sqlite"), "")
      mkdirSync(join(home, ".codex", "memories"), { recursive: true })
      const provider = ConfigProvider.fromMap(
        new Map([
          ["HOME", home],
          ["XDG_DATA_HOME", join(home, "data")]
        ])
      )
      const later = yield* loadSettings({}).pipe(Effect.withConfigProvider(provider))
      assert.strictEqual(later.memoriesHome, join(home, "data", "rollout-memories"))
      writeFileSync(join(home, ".codex", "memories", "state.sqlite"), "")
      const before = yield* loadSettings({}).pipe(Effect.withConfigProvider(provider))
      assert.strictEqual(before.memoriesHome, join(home, ".codex", "memories"))
    })
  )
})
