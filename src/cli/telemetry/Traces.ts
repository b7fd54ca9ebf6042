import { randomBytes } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"
import { type Attribute, attributesOf } from "./Attributes.js"
import type { Collector } from "./Collector.js"

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

const ok = 1
const failed = 2

/**
 * Returns the tag of a span's error. The message is not sent, since it may quote a request to a model or its answer.
 */
const errorOf = (cause: Cause.Cause<unknown>): string => {
  const error = Option.getOrElse(Cause.failureOption(cause), () => Cause.squash(cause))
  return Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)
    ? error._tag
    : error instanceof Error
      ? error.name
      : "Error"
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isSuccess(exit)
    ? { status: { code: ok }, attributes: {} }
    : Cause.isInterruptedOnly(exit.cause)
      ? { status: {}, attributes: { interrupted: true } }
      : { status: { code: failed }, attributes: { "error.type": errorOf(exit.cause) } }

/**
 * The attribute in which Effect puts the source locations of a span. It is not sent, since it contains paths of this
 * machine.
 */
const withheld = "code.stacktrace"

interface Link {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: ReadonlyArray<Attribute>
}

/** An ended span in OTLP's JSON form. */
export interface EndedSpan extends Link {
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly links: ReadonlyArray<Link>
  readonly status: { readonly code?: number }
}

const linkOf = ({ attributes, span: { spanId, traceId } }: Tracer.SpanLink): Link => ({
  traceId,
  spanId,
  attributes: attributesOf(Object.entries(attributes))
})

/**
 * Makes a tracer that calls `onEnd` with each span when the span ends. The span has ids, times, a name, plain
 * attributes and a status, and no other text.
 */
export const tracerOf = (onEnd: (span: EndedSpan) => void): Tracer.Tracer =>
  Tracer.make({
    span: (name, parent, context, givenLinks, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const links = [...givenLinks]
      const spanId = randomBytes(8).toString("hex")
      const around = Option.getOrUndefined(parent)
      const traceId = around?.traceId ?? randomBytes(16).toString("hex")
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      return {
        _tag: "Span",
        name,
        spanId,
        traceId,
        parent,
        context,
        get status() {
          return status
        },
        attributes,
        links,
        sampled: true,
        kind,
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
          const outcome = outcomeOf(exit)
          onEnd({
            traceId,
            spanId,
            ...(around === undefined ? {} : { parentSpanId: around.spanId }),
            name,
            kind: kinds[kind],
            startTimeUnixNano: String(startTime),
            endTimeUnixNano: String(endTime),
            attributes: attributesOf([...attributes, ...Object.entries(outcome.attributes)]),
            links: links.map(linkOf),
            status: outcome.status
          })
        },
        attribute: (key, value) => {
          if (key !== withheld) {
            attributes.set(key, value)
          }
        },
        // Log lines are dropped, as they may quote anything.
        event: () => undefined,
        addLinks: (added) => void links.push(...added)
      }
    },
    context: (run) => run()
  })

/** Makes the body of an OTLP request that sends spans. */
export const tracesOf = ({ resource }: Collector, spans: Iterable<EndedSpan>) => ({
  resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "rollout-memories" }, spans: Array.from(spans) }] }]
})
