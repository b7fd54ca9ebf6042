import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/** The failure of an operation. */
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
 * A service whose operations fail on demand. A call that fails does nothing; those before and after it are the service's
 * own. Several faults of one operation come in the order in which they were asked for.
 */
export class Faults<Service extends object> {
  private readonly faults = new Map<PropertyKey, Array<Fault>>()

  /** The next `times` calls of an operation fail with an error; calls are counted as they run. */
  failNext<Name extends keyof Service>(operation: Name, times: number, error: Error & FailureOf<Service[Name]>): void {
    this.faults.set(operation, [...(this.faults.get(operation) ?? []), { error, times }])
  }

  /** The service, as whoever uses it is to see it. */
  wrap(service: Service): Service {
    return new Proxy(service, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        return Predicate.isFunction(member)
          ? (...given: ReadonlyArray<unknown>) => this.guard(name, Reflect.apply(member, target, given))
          : this.guard(name, member)
      }
    })
  }

  /** A port's layer, its service wrapped. */
  wrapLayer<Port, E, R>(tag: Context.Tag<Port, Service>, layer: Layer.Layer<Port, E, R>): Layer.Layer<Port, E, R> {
    return Layer.map(layer, (context) => Context.make(tag, this.wrap(Context.get(context, tag))))
  }

  private guard(name: PropertyKey, result: unknown): unknown {
    if (isOperation(result)) {
      return Effect.suspend(() => {
        const fault = this.take(name)
        return fault === undefined ? result : Effect.fail(fault.error)
      })
    }
    if (isStream(result)) {
      return Stream.suspend(() => {
        const fault = this.take(name)
        return fault === undefined ? result : Stream.fail(fault.error)
      })
    }
    return result
  }

  private take(name: PropertyKey): Fault | undefined {
    const [fault, ...later] = this.faults.get(name) ?? []
    if (fault !== undefined && --fault.times <= 0) {
      this.faults.set(name, later)
    }
    return fault
  }
}

/** Recognises an effect; those of a port fail with errors alone. */
const isOperation = (value: unknown): value is Effect.Effect<unknown, Error> => Effect.isEffect(value)

const isStream = (value: unknown): value is Stream.Stream<unknown, Error> =>
  Predicate.hasProperty(value, Stream.StreamTypeId)
