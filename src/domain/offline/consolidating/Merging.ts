import { citationsIn, cite, mostCitations } from "../../memory/Citation.js"
import type { KnownFact } from "../../facts/ProjectFacts.js"
import { meaningfulWords, similarity, tellingWords } from "./SameMeaning.js"
import { asksTheSame, cannotBoth, keysOfWish, readWish, type ReadWish } from "./WishConflicts.js"
import { correctionIn } from "./ProjectLines.js"
import { capitalised, quoted } from "../writing/Wording.js"

/**
 * Merges equal facts of many sessions, newest first, into one line. Equal facts are found by keys, so that the cost
 * grows little more than linearly with the number of sessions.
 */

/** A line to publish, with the threads of the traces that contain it, newest first. */
export interface MemoryLine {
  readonly text: string
  readonly threadIds: ReadonlyArray<string>
}

/**
 * Renders a published line: the text, then its citations. Citations inside the text are disarmed, since they are not
 * proven.
 */
export const lineText = ({ text, threadIds }: MemoryLine): string => {
  const own = citationsIn(text).length === 0 ? text : text.replaceAll("[", "(").replaceAll("]", ")")
  return `- ${own} ${cite(threadIds.slice(0, mostCitations))}`
}

/** A line to publish, while sessions that contain it are still being added. */
export interface Merged {
  text: string
  readonly threadIds: Array<string>
}

/** Adds threads whose traces contain the line too. */
const addThreads = (merged: Merged, threadIds: ReadonlyArray<string>): void => {
  for (const threadId of threadIds) {
    if (!merged.threadIds.includes(threadId) && merged.threadIds.length < mostCounted) {
      merged.threadIds.push(threadId)
    }
  }
}

/** Maximum number of threads that raise the rank of a line. */
const mostCounted = 20

/** An index of entries by several keys each, in insertion order. */
class ByKeys<A> {
  private readonly entries: Array<A> = []
  private readonly placeOf = new Map<A, number>()
  private readonly places = new Map<string, Array<number>>()

  /** Adds an entry under the keys; a known entry gets the keys in addition. */
  add(entry: A, keys: ReadonlyArray<string>): void {
    const place = this.placeOf.get(entry) ?? this.entries.push(entry) - 1
    this.placeOf.set(entry, place)
    for (const key of keys) {
      const known = this.places.get(key)
      if (known === undefined) {
        this.places.set(key, [place])
      } else if (known.at(-1) !== place) {
        known.push(place)
      }
    }
  }

  /** Returns the entries that have at least one of the keys, in insertion order. */
  under(keys: ReadonlyArray<string>): ReadonlyArray<A> {
    const places = new Set(keys.flatMap((key) => this.places.get(key) ?? []))
    return [...places].toSorted((one, other) => one - other).flatMap((place) => this.entries[place] ?? [])
  }

  all(): ReadonlyArray<A> {
    return this.entries
  }
}

/** Matches a wish that holds for every task; it ranks above a wish for the work at hand. */
const isForGood =
  /\b(?:never|always|ever|every(?: time)?|each time|whenever|from now on|in (?:the )?future|by default|under no circumstances|must(?: not|n'?t)?|nie(?:mals)?|immer|jamais|toujours|nunca|siempre|jam[aá]s|mai|sempre)\b|永远|从不|必须|絶対|必ず|常に/i

/** A merged wish, with the older wishes that it supersedes. */
interface KeptWish extends Merged {
  readonly read: ReadWish
  readonly facts: Array<KnownFact>
  readonly superseded: Array<{ readonly text: string; readonly read: ReadWish; readonly facts: Array<KnownFact> }>
}

/** A wish that holds, with the facts that say it and those that it supersedes, newest first. */
export interface HeldWish {
  readonly text: string
  readonly facts: ReadonlyArray<KnownFact>
  /** The facts of each wish that it supersedes, the newest wish first. */
  readonly superseded: ReadonlyArray<ReadonlyArray<KnownFact>>
  /** True if it holds for every task, by its own words. */
  readonly isForGood: boolean
}

/** The maximum number of superseded wishes that a line names. */
const mostSuperseded = 3

/** Merges wishes, which are added newest first: if two contradict each other, the newer one supersedes the older. */
export class Wishes {
  private readonly kept = new ByKeys<KeptWish>()

  /** Adds the next wish, in its own words. */
  add(wish: string, threadIds: ReadonlyArray<string>, facts: ReadonlyArray<KnownFact> = []): void {
    const bare = wish.replace(/^"(.*)"$/, "$1")
    const read = readWish(bare)
    const keys = keysOfWish(read)
    const near = this.kept.under(keys)
    const same = near.find(
      (known) => asksTheSame(known.read, read) || known.superseded.some((old) => asksTheSame(old.read, read))
    )
    const newer = same === undefined ? near.find((known) => cannotBoth(known.read, read)) : undefined
    if (same !== undefined) {
      addThreads(same, threadIds)
      same.facts.push(...facts)
      same.superseded.find((old) => !asksTheSame(same.read, read) && asksTheSame(old.read, read))?.facts.push(...facts)
    } else if (newer !== undefined) {
      addThreads(newer, threadIds)
      newer.facts.push(...facts)
      newer.superseded.push({ text: bare, read, facts: [...facts] })
      this.kept.add(newer, keys)
    } else {
      const text = wish.startsWith('"') || facts[0]?.isCorrected === true ? wish : capitalised(wish)
      this.kept.add({ read, text, threadIds: [...threadIds], facts: [...facts], superseded: [] }, keys)
    }
  }

  /** Lists the wishes that were not superseded: those for every task first, then those of most sessions. */
  standing(): ReadonlyArray<MemoryLine> {
    return this.ranked().map(({ text, threadIds }) => ({ text, threadIds }))
  }

  /** Lists the wishes in the same order, each with the wishes that it supersedes. */
  held(): ReadonlyArray<HeldWish> {
    return this.ranked().map(({ facts, superseded, text }) => {
      const old = superseded.slice(0, mostSuperseded).map((wish) => quoted(wish.text, 160))
      const replaced = new Set(superseded.flatMap((wish) => wish.facts))
      const own = correctionIn(facts.filter((fact) => !replaced.has(fact)))
      return {
        text: own ?? (old.length === 0 ? text : `${text} (newer; superseded: ${old.join(", ")})`),
        facts,
        superseded: superseded.map((wish) => wish.facts),
        isForGood: isForGood.test(text)
      }
    })
  }

  private ranked(): ReadonlyArray<KeptWish> {
    const worth = ({ text, threadIds }: KeptWish): number => (isForGood.test(text) ? mostCounted : 0) + threadIds.length
    return this.kept.all().toSorted((one, other) => worth(other) - worth(one))
  }
}

interface KeptFailure {
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly facts: [KnownFact, ...Array<KnownFact>]
}

const sameFailureFrom = 0.8

/** Merges failures, which are added newest first: the newest wording stays. */
export class FailureLines {
  private readonly kept = new ByKeys<KeptFailure>()

  /** Adds the next failure. */
  add(fact: KnownFact): void {
    const words = meaningfulWords(fact.text)
    const keys = [`is ${fact.id}`, ...tellingWords(words, sameFailureFrom).map((word) => `like ${word}`)]
    const near = this.kept.under(keys)
    const same =
      near.find(({ facts }) => facts[0].id === fact.id) ??
      near.find((known) => similarity(known.words, words) >= sameFailureFrom)
    if (same === undefined) {
      this.kept.add({ words, text: fact.text, facts: [fact] }, keys)
    } else {
      same.facts.push(fact)
    }
  }

  /** Lists the failures, newest first. */
  all(): ReadonlyArray<{ readonly text: string; readonly facts: readonly [KnownFact, ...ReadonlyArray<KnownFact>] }> {
    return this.kept.all()
  }
}
