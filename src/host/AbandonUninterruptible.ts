import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { AgentControl } from "../services/AgentControl.js"
import { ModelClient } from "../services/ModelClient.js"

/** The wait for an interrupted model or agent before it is abandoned. Shutdown has two seconds in total. */
const longestWait = Duration.seconds(1)

/** Starts work in a fiber of its own and waits for its end, at most {@link longestWait}. */
const awaitBriefly = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.flatMap(Effect.forkDaemon(work), (fiber) =>
    Fiber.await(fiber).pipe(Effect.interruptible, Effect.timeoutOption(longestWait), Effect.asVoid)
  )

/** Reads a stream in a fiber of its own, so that a stream which ignores interruption can be left behind. */
const readInOwnFiber = <A, E>(stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const items = yield* Mailbox.make<A, E>(1)
      yield* Effect.acquireRelease(
        Effect.forkDaemon(
          Effect.interruptible(Stream.runForEach(stream, (item) => items.offer(item))).pipe(
            Effect.onExit((exit) => items.done(exit))
          )
        ),
        (fiber) => awaitBriefly(Fiber.interrupt(fiber))
      )
      return Mailbox.toStream(items)
    })
  )

const abandonableControl = (control: AgentControl["Type"]): AgentControl["Type"] => ({
  ...control,
  spawn: Effect.fnUntraced(function* (request) {
    const scope = yield* Scope.make()
    const spawning = yield* Effect.acquireRelease(
      Effect.forkDaemon(Effect.interruptible(Scope.extend(control.spawn(request), scope))),
      (spawning, exit) => awaitBriefly(Effect.zipRight(Fiber.interrupt(spawning), Scope.close(scope, exit)))
    )
    const { status } = yield* Fiber.join(spawning)
    return { status: readInOwnFiber(status) }
  })
})

const abandonableClient = (client: ModelClient["Type"]): ModelClient["Type"] => ({
  ...client,
  stream: (request) => readInOwnFiber(client.stream(request))
})

/**
 * Runs work with a model and an agent that can be abandoned. If one of them does not stop within a second of its
 * interruption, the work continues without it, and releases its own locks and claims. Later events of the abandoned one
 * are dropped.
 */
export const abandonUninterruptible = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const client = abandonableClient(yield* ModelClient)
    const control = abandonableControl(yield* AgentControl)
    return yield* work.pipe(Effect.provideService(ModelClient, client), Effect.provideService(AgentControl, control))
  })
