import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import type { RuleContext } from "../domain/thread/LearningRules.js"
import { Settings } from "../settings/Settings.js"

/**
 * Collects the values that the learning rules compare a thread with, such as the time and the settings. `provider`
 * names the provider whose servers receive the sessions; undefined when nothing leaves this machine.
 */
export const ruleContext = Effect.fnUntraced(function* (provider: string | undefined, ignore: IgnoreRules) {
  const { agents, allowProviderCrossing, currentThread, minIdle, sources } = yield* Settings
  const context: RuleContext = {
    now: yield* Clock.currentTimeMillis,
    minIdle: Duration.toMillis(minIdle),
    currentThread,
    sources,
    // Codex was there before other agents were read; each of these is allowed by its name.
    sentAgents: provider === undefined ? undefined : agents === "found" ? ["codex"] : agents,
    provider: allowProviderCrossing ? undefined : provider,
    ignore
  }
  return context
})
