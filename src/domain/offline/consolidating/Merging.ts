import { citationsIn, cite, mostCitations } from "../../memory/Citation.js"
import type { KnownFact } from "../../facts/ProjectFacts.js"
import { meaningfulWords, similarity, tellingWords } from "./SameMeaning.js"
import { asksTheSame, cannotBoth, keysOfWish, readWish, type ReadWish } from "./WishConflicts.js"
import { correctionIn } from "./ProjectLines.js"
import { capitalised, quoted } from "../writing/Wording.js"

/*
 * Merges equal facts of many sessions, newest first, into one line. Equal facts are found by keys, so that the cost
 * grows little more than linearly with the number of sessions.
 */

/** A line to publish, with the threads of the traces that contain it, newest first. */
export interface MemoryLine {
  readonly text: string
  readonly threadIds: ReadonlyArray<string>
}

/**
 * Renders a published line: the text, then its citations. If the text contains citations of its own, its brackets
 * become parentheses, since nobody checked those citations.
 */
export const lineText = ({ text, threadIds }: MemoryLine): string => {
  const own = citationsIn(text).length === 0 ? text : text.replaceAll("[", "(").replaceAll("]", ")")
  return `- ${own} ${cite(threadIds.slice(0, mostCitations))}`
}

/** The maximum number of sessions that raise the rank of a wish. */
const mostCounted = 20

/** An index of entries, each under several keys. It keeps the order in which entries were added. */
export class ByKeys<A> {
  private readonly entries: Array<A> = []
  private readonly placeOf = new Map<A, number>()
  private readonly places = new Map<string, Array<number>>()

  /** Adds an entry under the keys. An entry that was added before also keeps its earlier keys. */
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

  /** Returns the entries that have at least one of the keys, in the order in which they were added. */
  under(keys: ReadonlyArray<string>): ReadonlyArray<A> {
    const places = keys.flatMap((key) => this.places.get(key) ?? []).toSorted((one, other) => one - other)
    return places.flatMap((place, index) => (place === places[index - 1] ? [] : (this.entries[place] ?? [])))
  }

  all(): ReadonlyArray<A> {
    return this.entries
  }
}

/** Matches the words of a wish that holds for every task, such as `always`. Such a wish ranks above the others. */
const isForGood =
  /\b(?:never|always|ever|every(?: time)?|each time|whenever|from now on|in (?:the )?future|by default|under no circumstances|must(?: not|n'?t)?|nie(?:mals)?|immer|jamais|toujours|nunca|siempre|jam[aá]s|mai|sempre)\b|永远|从不|必须|絶対|必ず|常に/i

/** A wish that no newer wish supersedes, while older wishes are still being added. */
interface KeptWish {
  readonly text: string
  readonly read: ReadWish
  readonly facts: Array<KnownFact>
  readonly superseded: Array<{ readonly text: string; readonly read: ReadWish; readonly facts: Array<KnownFact> }>
}

/** A wish that no newer wish supersedes, with the facts that state it or a wish that it supersedes, newest first. */
export interface HeldWish {
  readonly text: string
  readonly facts: ReadonlyArray<KnownFact>
  /** The facts of each wish that this wish supersedes, the newest wish first. */
  readonly superseded: ReadonlyArray<ReadonlyArray<KnownFact>>
  /** True if the words of the wish say that it holds for every task. */
  readonly isForGood: boolean
}

/** The maximum number of superseded wishes that a line names. */
const mostSuperseded = 3

/** Merges wishes, which are added newest first: if two contradict each other, the newer one supersedes the older. */
export class Wishes {
  private readonly kept = new ByKeys<KeptWish>()

  /** Adds the next older wish, in its own words. */
  add(wish: string, facts: ReadonlyArray<KnownFact> = []): void {
    const bare = wish.replace(/^"(.*)"$/, "$1")
    const read = readWish(bare)
    const keys = keysOfWish(read)
    const near = this.kept.under(keys)
    const same = near.find(
      (known) => asksTheSame(known.read, read) || known.superseded.some((old) => asksTheSame(old.read, read))
    )
    const newer = same === undefined ? near.find((known) => cannotBoth(known.read, read)) : undefined
    if (same !== undefined) {
      same.facts.push(...facts)
      same.superseded.find((old) => !asksTheSame(same.read, read) && asksTheSame(old.read, read))?.facts.push(...facts)
    } else if (newer !== undefined) {
      newer.facts.push(...facts)
      newer.superseded.push({ text: bare, read, facts: [...facts] })
      this.kept.add(newer, keys)
    } else {
      const text = wish.startsWith('"') || facts[0]?.isCorrected === true ? wish : capitalised(wish)
      this.kept.add({ read, text, facts: [...facts], superseded: [] }, keys)
    }
  }

  /**
   * Lists the wishes that were not superseded: first those that hold for every task, then those of the most sessions.
   */
  standing(): ReadonlyArray<string> {
    return this.ranked().map(({ text }) => text)
  }

  /** Lists the wishes in the order of {@link standing}, each with the wishes that it supersedes. */
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
    const ranks = new Map(
      this.kept.all().map((wish) => {
        const sessions = new Set(wish.facts.map(({ threadId }) => threadId)).size
        return [wish, (isForGood.test(wish.text) ? mostCounted : 0) + Math.min(mostCounted, sessions)]
      })
    )
    return this.kept.all().toSorted((one, other) => (ranks.get(other) ?? 0) - (ranks.get(one) ?? 0))
  }
}

interface KeptFailure {
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly facts: [KnownFact, ...Array<KnownFact>]
}

const sameFailureFrom = 0.8

/** Merges failures that are equal or worded alike. They are added newest first, and the newest wording is kept. */
export class FailureLines {
  private readonly kept = new ByKeys<KeptFailure>()

  /** Adds the next older failure. */
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
