// Rules of the linter for assertions that say nothing: one that may never run, and one that holds where what it is about is
// missing. A list that may be empty goes through `nonEmpty` of test/support/nonEmpty.ts, which fails the test then.

const callbacks = new Set(["forEach", "map", "flatMap", "filter"])

/** Functions of test/support that give a list with something in it, or fail the test. */
const certain = new Set(["nonEmpty", "sampleOf", "samplePoints"])

/** Methods that give a list with something in it where theirs has. */
const keepingSomething = new Set(["entries", "keys", "values", "map", "sort", "reverse", "toSorted", "concat"])

const unwrapped = (node) =>
  ["TSAsExpression", "TSSatisfiesExpression", "ChainExpression"].includes(node?.type)
    ? unwrapped(node.expression)
    : node

const isMember = (node, object, name) =>
  node?.type === "MemberExpression" &&
  node.object.type === "Identifier" &&
  node.object.name === object &&
  (name === undefined || node.property.name === name)

const isAssertion = ({ callee }) =>
  (callee.type === "Identifier" && (callee.name === "assert" || callee.name.startsWith("assert"))) ||
  isMember(callee, "assert")

const definitionOf = (context, identifier) => {
  for (let scope = context.sourceCode.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name)
    if (variable !== undefined) {
      return variable.defs[0]?.node
    }
  }
  return undefined
}

/** Tells whether a list surely has something in it. */
const hasSomething = (context, node, depth = 0) => {
  const list = unwrapped(node)
  const again = (other) => hasSomething(context, other, depth + 1)
  if (list === undefined || list === null || depth > 8) {
    return false
  }
  if (list.type === "ArrayExpression") {
    return list.elements.some((one) => (one?.type === "SpreadElement" ? again(one.argument) : one !== null))
  }
  if (list.type === "ObjectExpression") {
    return list.properties.some((one) => (one.type === "SpreadElement" ? again(one.argument) : true))
  }
  if (list.type === "ConditionalExpression") {
    return again(list.consequent) && again(list.alternate)
  }
  if (list.type === "Literal" || list.type === "TemplateLiteral") {
    return list.value !== ""
  }
  if (list.type === "NewExpression") {
    return ["Set", "Map"].includes(list.callee.name) && again(list.arguments[0])
  }
  if (list.type === "Identifier") {
    const definition = definitionOf(context, list)
    return definition?.type === "VariableDeclarator" && definition.parent.kind === "const" && again(definition.init)
  }
  if (list.type === "CallExpression") {
    const { callee } = list
    if (callee.type === "Identifier") {
      return certain.has(callee.name)
    }
    if (isMember(callee, "Object") || isMember(callee, "Schema")) {
      return again(list.arguments[0])
    }
    if (isMember(callee, "Array", "from")) {
      return true
    }
    return callee.type === "MemberExpression" && keepingSomething.has(callee.property.name) && again(callee.object)
  }
  return false
}

/** The list that a function is called with every item of, if it is such a function. */
const listOf = (fn) => {
  const call = fn.parent
  if (call?.type !== "CallExpression" || !call.arguments.includes(fn)) {
    return undefined
  }
  if (isMember(call.callee, "Effect", "forEach")) {
    return call.arguments[0]
  }
  return call.callee.type === "MemberExpression" &&
    callbacks.has(call.callee.property.name) &&
    call.callee.object.type !== "Identifier"
    ? call.callee.object
    : call.callee.type === "MemberExpression" &&
        callbacks.has(call.callee.property.name) &&
        !/^[A-Z]/.test(call.callee.object.name)
      ? call.callee.object
      : undefined
}

const isFunction = ({ type }) => type === "ArrowFunctionExpression" || type === "FunctionExpression"

/** Tells whether each of two branches asserts something, so that one or the other is asserted. */
const bothAssert = (context, { alternate, consequent }) =>
  [alternate, consequent].every((branch) => branch && /\bassert[.(]/.test(context.sourceCode.getText(branch)))

const isOneBranch = (parent, child, context) => parent.test !== child && !bothAssert(context, parent)

const conditionOf = {
  IfStatement: isOneBranch,
  ConditionalExpression: isOneBranch,
  LogicalExpression: (parent, child) => parent.right === child,
  CatchClause: () => true,
  SwitchCase: (parent, child) => parent.test !== child
}

/** Names an assertion that may never run, since it stands in a branch or in a loop over what may be nothing. */
const alwaysRuns = {
  meta: { type: "problem" },
  create: (context) => ({
    CallExpression: (node) => {
      if (!isAssertion(node)) {
        return
      }
      for (
        let [child, parent] = [node, node.parent];
        parent !== null && parent !== undefined;
        [child, parent] = [parent, parent.parent]
      ) {
        if (conditionOf[parent.type]?.(parent, child, context)) {
          context.report({
            node,
            message: "This assertion may not run: assert the condition that it stands under, or do without it."
          })
          return
        }
        const list =
          parent.type === "ForOfStatement" && parent.body === child
            ? parent.right
            : isFunction(parent)
              ? listOf(parent)
              : undefined
        if (list !== undefined && !hasSomething(context, list)) {
          context.report({ node, message: "This assertion may not run: take the list through nonEmpty." })
          return
        }
        // What a named function asserts is a matter of its callers.
        if (isFunction(parent) && parent.parent?.type === "VariableDeclarator") {
          return
        }
      }
    }
  })
}

const negative = /^(?:not|doesNot|isNot|isUndefined|isEmpty)/

const isNothing = (node) =>
  (node?.type === "Identifier" && node.name === "undefined") ||
  (node?.type === "ArrayExpression" && node.elements.length === 0)

/** Tells whether an expression may stand for what is not there. */
const mayBeMissing = (node) => {
  const value = node?.type === "ChainExpression" ? node : unwrapped(node)
  if (value?.type === "ChainExpression" || (value?.type === "LogicalExpression" && value.operator === "??")) {
    return true
  }
  return (
    (value?.type === "MemberExpression" && mayBeMissing(value.object)) ||
    (value?.type === "CallExpression" && mayBeMissing(value.callee))
  )
}

/** Names an assertion that holds as well where what it is about is missing. */
const aboutSomething = {
  meta: { type: "problem" },
  create: (context) => ({
    CallExpression: (node) => {
      const { callee } = node
      if (!isMember(callee, "assert")) {
        return
      }
      const [actual, expected] = node.arguments
      const isNegative =
        negative.test(callee.property.name) ||
        (/^(?:deepS|s)trictEqual$/.test(callee.property.name) && isNothing(expected))
      if (isNegative && mayBeMissing(actual)) {
        context.report({
          node,
          message: "This assertion holds where what it is about is missing too: assert that it is there."
        })
      }
      if (
        callee.property.name === "isTrue" &&
        actual?.type === "CallExpression" &&
        actual.callee.type === "MemberExpression" &&
        actual.callee.property.name === "every" &&
        !hasSomething(context, actual.callee.object)
      ) {
        context.report({ node, message: "This assertion holds of an empty list too: take the list through nonEmpty." })
      }
    }
  })
}

export default {
  meta: { name: "assertions" },
  rules: { "always-runs": alwaysRuns, "about-something": aboutSomething }
}
