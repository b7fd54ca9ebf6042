import { citationsIn, cite } from "../../memory/Citation.js"
import type { FailureFact } from "./Facts.js"
import { meaningfulWords, similarity, tellingWords } from "./SameMeaning.js"
import { asksTheSame, cannotBoth, keysOfWish, readWish, type ReadWish } from "./WishConflicts.js"
import { capitalised, quoted } from "../writing/Wording.js"

/**
 * Merges what many sessions say, newest first, into one line each. Everything is looked for under keys, so that a
 * thousand sessions cost little more than a thousand times what one does.
 */

/** A line to publish, with the traces that say it, newest first. */
export interface MemoryLine {
  readonly text: string
  readonly threadIds: ReadonlyArray<string>
}

/** More traces than these do not make a line truer. */
const mostCitations = 3

/** A published line: what it says, then where from. A text that cites by itself must not vouch for more than it has. */
export const lineText = ({ text, threadIds }: MemoryLine): string => {
  const own = citationsIn(text).length === 0 ? text : text.replaceAll("[", "(").replaceAll("]", ")")
  return `- ${own} ${cite(threadIds.slice(0, mostCitations))}`
}

/** A line under way. */
export interface Merged {
  text: string
  readonly threadIds: Array<string>
}

/** Notes that traces say a line too. */
export const addThreads = (merged: Merged, threadIds: ReadonlyArray<string>): void => {
  for (const threadId of threadIds) {
    if (!merged.threadIds.includes(threadId) && merged.threadIds.length < mostCounted) {
      merged.threadIds.push(threadId)
    }
  }
}

/** A line that so many sessions say is as sure as any. */
const mostCounted = 20

/** Finds entries by any of several keys, in the order in which they came. */
class ByKeys<A> {
  private readonly entries: Array<A> = []
  private readonly placeOf = new Map<A, number>()
  private readonly places = new Map<string, Array<number>>()

  /** Has an entry be found under keys: a new one, or a known one under more of them. */
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

  /** The entries that have one of the keys, the first first. */
  under(keys: ReadonlyArray<string>): ReadonlyArray<A> {
    const places = new Set(keys.flatMap((key) => this.places.get(key) ?? []))
    return [...places].toSorted((one, other) => one - other).flatMap((place) => this.entries[place] ?? [])
  }

  all(): ReadonlyArray<A> {
    return this.entries
  }
}

/** Wishes for good, as opposed to those for the work at hand. */
const isForGood =
  /\b(?:never|always|ever|every(?: time)?|each time|whenever|from now on|in (?:the )?future|by default|under no circumstances|must(?: not|n'?t)?|nie(?:mals)?|immer|jamais|toujours|nunca|siempre|jam[aá]s|mai|sempre)\b|永远|从不|必须|絶対|必ず|常に/i

/** What the user wants, merged. */
interface KeptWish extends Merged {
  readonly read: ReadWish
  readonly superseded: Array<{ readonly text: string; readonly read: ReadWish }>
}

/** A line names no more wishes that it took the place of. */
const mostSuperseded = 3

/** The wishes of sessions, given newest first: of two that contradict each other the newer is followed. */
export class Wishes {
  private readonly kept = new ByKeys<KeptWish>()

  /** Takes the next wish, as it is worded. */
  add(wish: string, threadIds: ReadonlyArray<string>): void {
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
    } else if (newer !== undefined) {
      addThreads(newer, threadIds)
      newer.superseded.push({ text: bare, read })
      this.kept.add(newer, keys)
    } else {
      const text = wish.startsWith('"') ? wish : capitalised(wish)
      this.kept.add({ read, text, threadIds: [...threadIds], superseded: [] }, keys)
    }
  }

  /** What is wanted, without a word of what no longer is: wishes for good first, then what most sessions say. */
  standing(): ReadonlyArray<MemoryLine> {
    return this.ranked().map(({ text, threadIds }) => ({ text, threadIds }))
  }

  /** The same, each with what it took the place of. */
  lines(): ReadonlyArray<MemoryLine> {
    return this.ranked().map(({ superseded, text, threadIds }) => {
      const old = superseded.slice(0, mostSuperseded).map((wish) => quoted(wish.text, 160))
      return { text: old.length === 0 ? text : `${text} (newer; superseded: ${old.join(", ")})`, threadIds }
    })
  }

  private ranked(): ReadonlyArray<KeptWish> {
    const worth = ({ text, threadIds }: KeptWish): number => (isForGood.test(text) ? mostCounted : 0) + threadIds.length
    return this.kept.all().toSorted((one, other) => worth(other) - worth(one))
  }
}

interface KeptFailure extends Merged {
  readonly key: string
  readonly words: ReadonlySet<string>
  readonly isFix: boolean
}

const sameFailureFrom = 0.8

/** The failures of sessions, given newest first. */
export class FailureLines {
  private readonly kept = new ByKeys<KeptFailure>()

  /** Takes the next failure; `worded` is how it is to be published. */
  add({ isFix, key, text }: FailureFact, threadIds: ReadonlyArray<string>, worded: string = text): void {
    const words = meaningfulWords(text)
    const keys = [`is ${key}`, ...tellingWords(words, sameFailureFrom).map((word) => `like ${word}`)]
    const near = this.kept.under(keys)
    const same =
      near.find((known) => known.key === key) ?? near.find((known) => similarity(known.words, words) >= sameFailureFrom)
    if (same === undefined) {
      const line = capitalised(worded)
      this.kept.add({ key, words: meaningfulWords(line), isFix, text: line, threadIds: [...threadIds] }, keys)
    } else {
      addThreads(same, threadIds)
    }
  }

  /** What is known with its fix first, then what most sessions met. */
  lines(): ReadonlyArray<MemoryLine> {
    const worth = ({ isFix, threadIds }: KeptFailure): number => (isFix ? mostCounted : 0) + threadIds.length
    return this.kept
      .all()
      .toSorted((one, other) => worth(other) - worth(one))
      .map(({ text, threadIds }) => ({ text, threadIds }))
  }
}
