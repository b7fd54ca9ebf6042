import { wordsToAssistant } from "./TypedParts.js"

/* Leaves out of the user's words what they only pass on: the words of a document, of a person, of a text to work on. */

/**
 * Matches a sentence that gives somebody else's words: what a document says, what the assistant wrote, a text to work
 * on, a rule that somebody has.
 */
const others =
  /\b(?:the|this|that|its|their|our|your|a) (?:[\w.-]+ ){0,2}(?:readme|docs?|documentation|page|article|guide|manual|linter|compiler|spec|standard|issue|ticket|comment|review(?:er)?|e?mail|message|error|warning|log|book|post|tutorial|website)(?:\.md)? (?:says?|said|states?|reads?|claims?|tells? (?:me|us|you)|suggests?|recommends?|warns?)\b|\baccording to (?:the|this|that|their|its|an?) [^,]{1,40}|^(?:laut|gemäß) (?:der |dem |den )?(?:doku\w*|readme|handbuch|anleitung)|^(?:selon|d['’]après) (?:la |le |les )?(?:doc\w*|readme|manuel)|^según (?:la |el )?(?:doc\w*|readme|manual)|\b(?:you|he|she|they|someone|somebody) (?:wrote|said|told me|answered|promised) (?:earlier|before|above|that|we|to|me)?|^(?:please )?(?:improve|rewrite|translate|shorten|correct|proofread|rephrase|review|fix|refine) (?:this|the|my|that) (?:\w+ )?(?:prompt|text|sentence|mail|e-?mail|message|paragraph|instructions?|rules?)\b|^(?:please )?(?:write|draft|create|make) (?:me )?(?:an? |the )?(?:\w+ ){0,2}(?:prompt|instructions?|e-?mail|mail|post|message|tweet|slogan|AGENTS\.md)\b|^schreib(?:e|t)? (?:mir )?(?:einen? |den )?(?:\w+-?)?(?:prompt|mail|e-mail|nachricht|text)(?!\p{L})|^(?:écris|rédige)[sz]?(?:-moi)? un (?:prompt|mail|message|texte)|^escribe (?:un|una) (?:prompt|correo|mensaje|texto)/iu

/** Matches a sentence after which the words of others go on: it has a colon, or is about the words of a text. */
const opensOthers = /:(?:\s|$)|\b(?:prompt|instructions|AGENTS\.md)\b/i

/**
 * Returns the part of a paragraph before the sentence that gives somebody else's words. If that sentence announces them
 * with a colon or asks for a text, the rest of the paragraph is somebody else's too; else only the sentence is.
 */
const withoutOthers = (paragraph: string): { readonly own: string; readonly isAnnounced: boolean } => {
  const kept: Array<string> = []
  for (const sentence of paragraph.split(/(?<=[.!?。！？])\s+|\n/u)) {
    if (!others.test(sentence)) {
      kept.push(sentence)
    } else if (opensOthers.test(sentence)) {
      return { own: kept.join("\n"), isAnnounced: true }
    }
  }
  return { own: kept.join("\n"), isAnnounced: false }
}

/** Matches the words before a text that the user wants to have written somewhere, such as a message of the program. */
const wantedText = /\b(?:must|should|shall|to)\s{1,3}(?:read|say|print|show|return|be|log|display)\s{0,3}:?\s{0,3}$/i

/**
 * Replaces quoted sentences by an ellipsis, since they are the words of somebody or something else. A text that the
 * user wants to have written is part of the order.
 */
const withoutQuotedSentences = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}])["“„«]([^"“”„«»\n]{12,400})["”“»]/gu, (whole, inner: string, at: number) =>
    inner.trim().split(/\s+/).length >= 4 && !wantedText.test(text.slice(Math.max(0, at - 40), at)) ? "…" : whole
  )

/**
 * Returns the part of a message in which the user gives orders to the assistant: {@link wordsToAssistant} without what
 * the user quotes, reports from others, or wants to have written.
 */
export const ordersToAssistant = (message: string): string => {
  const kept: Array<string> = []
  for (const paragraph of withoutQuotedSentences(wordsToAssistant(message)).split(/\n\s*\n/)) {
    const { isAnnounced, own } = withoutOthers(paragraph)
    kept.push(own)
    if (isAnnounced) {
      break
    }
  }
  return kept.filter((own) => own !== "").join("\n\n")
}
