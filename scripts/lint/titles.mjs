// Rule of the linter for titles of tests: one names its subject, so that it reads alone, without the groups around it.

const longest = 110

/** Words that a title begins with where its subject is missing, or comes late. */
const withoutSubject = new Set([
  // Verbs that take the subject from the group; those that are nouns as well are known by the word after them.
  ..."am are be been can could did do does had has have is may might must shall should was were will would".split(" "),
  ..."accepts adds allows applies asks becomes begins believes belongs cannot closes collapses comes".split(" "),
  ..."completes consists contains continues creates deletes drains excludes fails follows forgets gains".split(" "),
  ..."gets gives goes grows happens hears holds ignores includes inserts joins keeps knows lacks learns".split(" "),
  ..."leaves lets makes never obeys opens outlives parses publishes puts receives recognises redacts".split(" "),
  ..."refuses rejects releases removes renders repeats replaces returns rises says sees sends shows skips".split(" "),
  ..."stays takes tells throws treats unpacks uses warns yields".split(" "),
  // Pronouns, conjunctions, prepositions and adverbs.
  ..."he her his it its one she their theirs them they we what who whose you your".split(" "),
  ..."although and because but else how if nor or so than that then though unless until when where whether".split(" "),
  ..."which while yet".split(" "),
  ..."about above across after against along among around as at before behind below beside besides between".split(" "),
  ..."beyond by down during except for from in inside into like near of off on onto out outside over since".split(" "),
  ..."through to toward towards under up upon via with within without".split(" "),
  ..."again also always even just not only too".split(" ")
])

/** Words that follow a verb, and no noun that is a subject. */
const afterVerb = /^[a-z]+s (?:a|an|any|anything|each|every|everything|it|its|nothing|the|their|them|what)\b/

/** The text of a title up to its first value, and its least length, if it is written out. */
const textOf = (node) => {
  if (node?.type === "Literal" && typeof node.value === "string") {
    return { start: node.value, whole: node.value }
  }
  if (node?.type === "TemplateLiteral") {
    const parts = node.quasis.map(({ value }) => value.cooked ?? "")
    return { start: parts[0], whole: parts.join("") }
  }
  return undefined
}

/** The name that a call begins with: `it` in `it.effect.each(cases)(title)`. */
const rootOf = (node) =>
  node.type === "MemberExpression"
    ? rootOf(node.object)
    : node.type === "CallExpression"
      ? rootOf(node.callee)
      : node.type === "Identifier"
        ? node.name
        : undefined

/** Tells whether a call gives a list of cases, and its result is what a title is given to. */
const givesCases = ({ callee }) =>
  callee.type === "MemberExpression" && ["each", "for", "runIf", "skipIf"].includes(callee.property.name)

const isTest = (node) => /^(?:it|test|prop)(?:[A-Z]\w*)?$/.test(rootOf(node.callee) ?? "") && !givesCases(node)

const isFunction = ({ type }) => type === "ArrowFunctionExpression" || type === "FunctionExpression"

/** The function with a name that takes a parameter, and the place of that one: it makes tests, and is given their titles. */
const makerOf = (name, from) => {
  for (let node = from.parent; node !== null && node !== undefined; node = node.parent) {
    const at = isFunction(node)
      ? node.params.findIndex((parameter) => parameter.type === "Identifier" && parameter.name === name)
      : -1
    if (at >= 0) {
      return node.parent?.type === "VariableDeclarator" ? { name: node.parent.id.name, at } : undefined
    }
  }
  return undefined
}

/** Names a title that lacks its subject, is too long, or is another test's in the same file. */
const readsAlone = {
  meta: { type: "suggestion", docs: { description: "Titles of tests read alone." } },
  create: (context) => {
    const titles = []
    const calls = []
    const makers = new Map()
    return {
      CallExpression: (node) => {
        const [title] = node.arguments
        if (!isTest(node)) {
          calls.push(node)
        } else if (title?.type === "Identifier") {
          const maker = makerOf(title.name, node)
          if (maker !== undefined) {
            makers.set(maker.name, maker.at)
          }
        } else {
          titles.push(title)
        }
      },
      "Program:exit": () => {
        const given = calls.flatMap(({ arguments: given, callee }) =>
          callee.type === "Identifier" && makers.has(callee.name) ? [given[makers.get(callee.name)]] : []
        )
        const seen = new Set()
        for (const node of [...titles, ...given]) {
          const text = textOf(node)
          if (text === undefined) {
            continue
          }
          const [first = ""] = /^[A-Za-z]+(?![\w:.'’-])/.exec(text.start) ?? []
          if (withoutSubject.has(first) || afterVerb.test(text.start)) {
            context.report({ node, message: `A title names its subject first; this one starts with "${first}".` })
          }
          if (text.whole.length > longest) {
            context.report({
              node,
              message: `A title has at most ${longest} characters; this one has ${text.whole.length}.`
            })
          }
          const key = context.sourceCode.getText(node)
          if (seen.has(key)) {
            context.report({ node, message: "Another test of this file has the same title." })
          }
          seen.add(key)
        }
      }
    }
  }
}

export default { meta: { name: "titles" }, rules: { "reads-alone": readsAlone } }
