import { byteLength } from "../../src/domain/text/ByteBudget.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"

/** What happens in a turn, told line by line. */
export type Turn = (rollout: RolloutBuilder) => RolloutBuilder

interface Segment {
  readonly name: string
  readonly builder: RolloutBuilder
}

const ordinalOf = (line: string): number => Number(/"ordinal":(\d+)/.exec(line)?.[1])

/** A turn in which something is said and a command is run. */
export const turn =
  (request: string, command = "npm test", output = "# tests 4\n# pass 4\n", exitCode = 0): Turn =>
  (rollout) =>
    rollout.turnContext().user(request).command(command, output, exitCode).assistant(`Done: ${request}`).turnEnd()

/** A session that is rewound now and then, in the files that versions from about 0.151 write of it. */
export class RewoundSession {
  readonly id: string
  private readonly segments: Array<Segment>
  /** The turns that count: what happens in each, and the ordinal of its first line. */
  private history: ReadonlyArray<{ readonly turn: Turn; readonly ordinal: number }> = []

  constructor(number = 1) {
    this.id = threadIdOf(number)
    const builder = new RolloutBuilder(startOfFixtures, 0).meta({ id: this.id, history_mode: "paginated" })
    this.segments = [{ name: `rollout-2026-03-02T09-00-00-${this.id}.jsonl`, builder }]
  }

  /** The next turns. */
  turns(...turns: ReadonlyArray<Turn>): this {
    for (const turn of turns) {
      this.history = [...this.history, { turn, ordinal: this.last.next.ordinal }]
      turn(this.last)
    }
    return this
  }

  /** Takes back all turns but the first ones. */
  rewind(kept: number, base: Record<string, unknown> = {}): this {
    const { at, ordinal: end } = this.last.next
    const ordinal = this.history[kept]?.ordinal ?? end
    const before = this.files.map(([, text]) => text.split("\n").filter((line) => ordinalOf(line) < ordinal))
    const continued = before.findLast((lines) => lines.length > 0) ?? []
    const offset = byteLength(continued.map((line) => `${line}\n`).join(""))
    const segment = threadIdOf(9_000 + this.segments.length)
    this.history = this.history.slice(0, kept)
    const builder = new RolloutBuilder(at, ordinal)
      .meta({
        id: this.id,
        history_mode: "paginated",
        history_base: { thread_id: this.id, end_ordinal_exclusive: ordinal, end_byte_offset: offset, ...base }
      })
      .event({ type: "thread_settings_applied", thread_id: this.id, thread_settings: {} })
    this.segments.push({
      name: `rollout-2026-03-02T09-0${this.segments.length}-00-${this.id}_${segment}.jsonl`,
      builder
    })
    return this
  }

  /** The files so far, by name. */
  get files(): ReadonlyArray<readonly [name: string, text: string]> {
    return this.segments.map(({ builder, name }) => [name, builder.text()])
  }

  /** The same session as one file that never had what was taken back. */
  get inOnePiece(): string {
    const builder = new RolloutBuilder().meta({ id: this.id })
    return this.history.reduce((builder, { turn }) => turn(builder), builder).text()
  }

  /** The file that is written to. */
  get last(): RolloutBuilder {
    const segment = this.segments.at(-1)
    if (segment === undefined) {
      throw new Error("a session has a file")
    }
    return segment.builder
  }
}
