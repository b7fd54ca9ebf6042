/**
 * Fills a template's `{{ name }}` places. A value is put in as it is and never looked at again, so a value that itself
 * looks like a template, or like a replacement pattern, stays what it is. A place whose name has no value stays too.
 */
export const renderTemplate = (template: string, values: { readonly [name: string]: string }): string =>
  template.replace(/\{\{\s*([a-z_]+)\s*\}\}/g, (place: string, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? place) : place
  )
