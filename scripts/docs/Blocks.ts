/** Generated parts of a page: the text between `<!-- generated: name -->` and `<!-- /generated -->`. */

const block = /^<!-- generated: (.+?) -->\n(.*?)^<!-- \/generated -->$/gms

/** The names of the generated parts of a page, in order. */
export const blockNames = (page: string): ReadonlyArray<string> =>
  [...page.matchAll(block)].map(([, name = ""]) => name)

/** Fills the generated parts of a page. Throws when a part has a name for which there is no text. */
export const fillBlocks = (page: string, texts: ReadonlyMap<string, string>): string =>
  page.replace(block, (_, name: string) => {
    const text = texts.get(name)
    if (text === undefined) {
      throw new Error(
        `<!-- generated: ${name} -->: nothing of this name is generated; it can be: ${[...texts.keys()].join(", ")}`
      )
    }
    return `<!-- generated: ${name} -->\n${text.trim()}\n<!-- /generated -->`
  })
