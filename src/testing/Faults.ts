import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/** The error type of an operation of a service. */
type FailureOf<Operation> = Operation extends (...given: never) => infer Result
  ? FailureOf<Result>
  : Operation extends Effect.Effect<unknown, infer E, unknown>
    ? E
    : Operation extends Stream.Stream<unknown, infer E, unknown>
      ? E
      : never

interface Fault {
  readonly error: Error
  times: number
}

/**
 * Wraps a service so that `before` runs with the operation's name before each operation. If `before` fails, the
 * operation fails with its error and does nothing.
 */
export const interpose = <Service extends object>(
  service: Service,
  before: (operation: string) => Effect.Effect<void, Error>
): Service => {
  const ahead = (name: PropertyKey, result: unknown): unknown =>
    isOperation(result)
      ? Effect.zipRight(before(String(name)), result)
      : isStream(result)
        ? Stream.unwrap(Effect.as(before(String(name)), result))
        : result
  return new Proxy(service, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      return Predicate.isFunction(member)
        ? (...given: ReadonlyArray<unknown>) => ahead(name, Reflect.apply(member, target, given))
        : ahead(name, member)
    }
  })
}

/**
 * Makes the operations of a service fail on demand. A failing call does nothing; all other calls go to the service.
 * Several faults for one operation occur in the order in which they were requested.
 */
export class Faults<Service extends object> {
  private readonly faults = new Map<PropertyKey, Array<Fault>>()

  /** Makes the next `times` calls of an operation fail with an error. A call counts when it runs. */
  failNext<Name extends keyof Service>(operation: Name, times: number, error: Error & FailureOf<Service[Name]>): void {
    this.faults.set(operation, [...(this.faults.get(operation) ?? []), { error, times }])
  }

  /** Wraps a service so that its operations fail as requested by `failNext`. */
  wrap(service: Service): Service {
    return interpose(service, (operation) => Effect.suspend(() => this.take(operation) ?? Effect.void))
  }

  /** Wraps the service that a layer provides for a port, so that its operations fail as requested by `failNext`. */
  wrapLayer<Port, E, R>(tag: Context.Tag<Port, Service>, layer: Layer.Layer<Port, E, R>): Layer.Layer<Port, E, R> {
    return Layer.map(layer, (context) => Context.make(tag, this.wrap(Context.get(context, tag))))
  }

  private take(name: PropertyKey): Effect.Effect<never, Error> | undefined {
    const [fault, ...later] = this.faults.get(name) ?? []
    if (fault === undefined) {
      return undefined
    }
    if (--fault.times <= 0) {
      this.faults.set(name, later)
    }
    return Effect.fail(fault.error)
  }
}

/** True for an effect. Assumes that the effect fails only with errors of the port's own type. */
const isOperation = (value: unknown): value is Effect.Effect<unknown, Error> => Effect.isEffect(value)

const isStream = (value: unknown): value is Stream.Stream<unknown, Error> =>
  Predicate.hasProperty(value, Stream.StreamTypeId)
