import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import * as ModelProbeHttp from "../../../src/layers/model/ProbeHttp.js"
import { ModelProbe } from "../../../src/services/ModelProbe.js"
import * as Settings from "../../../src/settings/Settings.js"
import { type Script, serve } from "../../support/responsesServer.js"

const key = `sk-${"k1j2".repeat(8)}`

const reachAt = (baseUrl: string) => {
  const settings = Settings.layer({
    codexHome: "/codex",
    memoriesHome: "/memories",
    model: "openai:gpt-5-mini",
    modelServers: { openai: { baseUrl, apiKey: Redacted.make(key) } }
  })
  return Effect.flatMap(ModelProbe, ({ reach }) => reach("extraction")).pipe(
    Effect.provide(Layer.provide(ModelProbeHttp.layer, settings))
  )
}

const answers: ReadonlyArray<readonly [string, Script, object, ReadonlyArray<string>]> = [
  ["has a list of models", () => ({ body: "{}" }), { _tag: "Reached", status: 200 }, ["/v1/models"]],
  ["has too much to do", () => ({ status: 503, body: "busy" }), { _tag: "Reached", status: 503 }, ["/v1/models"]],
  ["wants another key", () => ({ status: 401, body: "no" }), { _tag: "KeyRefused", status: 401 }, ["/v1/models"]],
  ["forbids it", () => ({ status: 403, body: "no" }), { _tag: "KeyRefused", status: 403 }, ["/v1/models"]],
  [
    "lists no models, but knows where one is asked",
    ({ path }) => ({ status: path.endsWith("/models") ? 404 : 405, body: "" }),
    { _tag: "Reached", status: 405 },
    ["/v1/models", "/v1/responses"]
  ],
  ["knows neither", () => ({ status: 404, body: "" }), { _tag: "NoModelsThere" }, ["/v1/models", "/v1/responses"]],
  [
    "sends elsewhere, where nothing goes",
    () => ({ status: 302, headers: { location: "/elsewhere" }, body: "" }),
    { _tag: "Redirected", status: 302 },
    ["/v1/models"]
  ]
]

describe("probed model servers", () => {
  for (const [what, script, outcome, paths] of answers) {
    it.scoped(`a model server that ${what} is recognised by a request without a body`, () =>
      Effect.gen(function* () {
        const server = yield* serve(script)
        assert.deepStrictEqual(yield* reachAt(`${server.baseUrl}/`), outcome)
        assert.deepStrictEqual(
          server.requests.map(({ path, text }) => [path, text]),
          paths.map((path) => [path, ""])
        )
        assert.deepStrictEqual(
          server.requests.map(({ headers }) => [headers["authorization"], headers["traceparent"]]),
          paths.map(() => [`Bearer ${key}`, undefined])
        )
      })
    )
  }

  it.scoped("a model server that is silent counts as unreachable after five seconds", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const server = yield* serve(() => {
        Deferred.unsafeDone(asked, Effect.void)
        return { body: "", delay: 3_600_000 }
      })
      const reaching = yield* Effect.fork(reachAt(server.baseUrl))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* Fiber.join(reaching), {
        _tag: "Unreachable",
        detail: safe`no answer within 5 seconds`
      })
    })
  )

  it.effect("a model server that does not exist is unreachable, and the reason does not contain the key", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* Effect.scoped(serve(() => ({ body: "" })))
      const reachability = yield* reachAt(baseUrl)
      assert.strictEqual(reachability._tag, "Unreachable")
      assert.include(JSON.stringify(reachability), "ECONNREFUSED")
      assert.notInclude(JSON.stringify(reachability), key)
    })
  )
})
