import { rewrite, type SafeText } from "../privacy/SafeText.js"

const place = /\{\{\s*([a-z_]+)\s*\}\}/g

/**
 * Fills the `{{ name }}` placeholders of a template. Values are inserted verbatim and are not searched for placeholders
 * or replacement patterns. A placeholder without a value stays. The result is concatenated rather than replaced step by
 * step: session texts are large, and many requests are prepared at once.
 */
export const renderTemplate = (template: SafeText, values: { readonly [name: string]: SafeText }): SafeText =>
  rewrite(template, (words) => {
    let rendered = ""
    let end = 0
    for (const { 0: text, 1: name = "", index } of words.matchAll(place)) {
      rendered += words.slice(end, index)
      rendered += Object.hasOwn(values, name) ? (values[name] ?? text) : text
      end = index + text.length
    }
    return rendered + words.slice(end)
  })
