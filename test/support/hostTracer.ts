import { assert } from "@effect/vitest"
import { Option, Tracer } from "effect"

/** A host's tracer, which keeps every span. */
export class HostTracer {
  readonly spans: Array<Tracer.Span> = []
  readonly events: Array<unknown> = []
  readonly tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: `span-${this.spans.length}`,
        traceId: Option.match(parent, { onNone: () => "another trace", onSome: ({ traceId }) => traceId }),
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
        },
        attribute: (key, value) => void attributes.set(key, value),
        event: (...event) => void this.events.push(event),
        addLinks: () => undefined
      }
      this.spans.push(span)
      return span
    },
    context: (run) => run()
  })

  /** Everything that the spans say, as text. */
  get said(): string {
    return JSON.stringify([
      this.spans.map(({ attributes, links, name }) => [name, [...attributes], links]),
      this.events
    ])
  }

  named(name: string): Tracer.Span {
    const span = this.spans.find((span) => span.name === name)
    assert.isDefined(span, `${name} is not among ${this.spans.map(({ name }) => name).join(", ")}`)
    return span
  }
}

/** The names of a span and of all those around it, the innermost first. */
export const around = (span: Tracer.AnySpan): ReadonlyArray<string> =>
  span._tag === "ExternalSpan"
    ? [`external ${span.spanId}`]
    : [span.name, ...Option.match(span.parent, { onNone: () => [], onSome: around })]
