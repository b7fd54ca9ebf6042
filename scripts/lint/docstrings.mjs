// The linter's rule for docstrings: one starts with a noun or a verb, not with a word that asks.
const asks = new Set(["what", "whose", "of", "so", "how", "that", "whether", "who", "which", "why", "when", "where"])

const docstringStart = {
  meta: { type: "suggestion", docs: { description: "Docstrings start with a noun or a verb." } },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        const first = comment.type === "Block" ? /^\*[\s*]*([A-Za-z]+)/.exec(comment.value)?.[1] : undefined
        if (first !== undefined && asks.has(first.toLowerCase())) {
          context.report({
            loc: comment.loc,
            message: `A docstring starts with a noun or a verb and has a main clause; this one starts with "${first}".`
          })
        }
      }
    }
  })
}

export default { meta: { name: "house" }, rules: { "docstring-start": docstringStart } }
