// The linter's rules for docstrings: every exported declaration has one, and each starts with a noun or a verb, not with a
// word that asks, a preposition, or an adjective that leaves out its noun.
const badStarts = new Set(
  (
    "what whose of so how that whether who which why when where " +
    "undefined null empty absent equal also in for by with as from under"
  ).split(" ")
)

const docstringStart = {
  meta: { type: "suggestion", docs: { description: "Docstrings start with a noun or a verb." } },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        const first = comment.type === "Block" ? /^\*[\s*]*([A-Za-z]+)/.exec(comment.value)?.[1] : undefined
        if (first !== undefined && badStarts.has(first.toLowerCase())) {
          context.report({
            loc: comment.loc,
            message: `A docstring starts with a noun or a verb and has a main clause; this one starts with "${first}".`
          })
        }
      }
    }
  })
}

/** The body of a function with several signatures, whose docstring stands before the first of them. */
const isOverloaded = (node, before) =>
  node.declaration.type === "FunctionDeclaration" &&
  before?.declaration?.type === "TSDeclareFunction" &&
  before.declaration.id.name === node.declaration.id.name

const docstringExists = {
  meta: { type: "suggestion", docs: { description: "Every exported declaration has a docstring." } },
  create: (context) => ({
    Program: ({ body }) => {
      const { text } = context.sourceCode
      const ends = context.sourceCode
        .getAllComments()
        .filter((comment) => comment.type === "Block" && comment.value.startsWith("*"))
        .map((comment) => comment.range[1])
      for (const [index, node] of body.entries()) {
        const isDeclaration = node.type === "ExportNamedDeclaration" && node.declaration !== null
        const hasDocstring = ends.some((end) => end <= node.range[0] && text.slice(end, node.range[0]).trim() === "")
        if (isDeclaration && !hasDocstring && !isOverloaded(node, body[index - 1])) {
          context.report({ node, message: "An exported declaration has a docstring." })
        }
      }
    }
  })
}

export default {
  meta: { name: "house" },
  rules: { "docstring-start": docstringStart, "docstring-exists": docstringExists }
}
