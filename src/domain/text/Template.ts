const place = /\{\{\s*([a-z_]+)\s*\}\}/g

/**
 * Fills a template's `{{ name }}` places. A value is put in as it is and never looked at again, so a value that itself
 * looks like a template, or like a replacement pattern, stays what it is. A place whose name has no value stays too. Values
 * are joined, not copied: a rollout is large, and many wait for their requests at once.
 */
export const renderTemplate = (template: string, values: { readonly [name: string]: string }): string => {
  let rendered = ""
  let end = 0
  for (const { 0: text, 1: name = "", index } of template.matchAll(place)) {
    rendered += template.slice(end, index)
    rendered += Object.hasOwn(values, name) ? (values[name] ?? text) : text
    end = index + text.length
  }
  return rendered + template.slice(end)
}
