import { assert, describe, it } from "@effect/vitest"
import { factTermsOf, letterPairs, nearSpellings } from "../../../src/domain/facts/FactQuery.js"

const wordsOf = (...given: ReadonlyArray<string>) => factTermsOf(given).map(({ word }) => word)

describe("factTermsOf", () => {
  it("a question loses the words that only make a sentence of it", () =>
    assert.deepStrictEqual(wordsOf("How do I run the tests?"), ["run", "tests"]))

  it("a query of stop words alone keeps them", () => assert.deepStrictEqual(wordsOf("how", "to"), ["how", "to"]))

  it("a word that is given twice counts once", () => assert.deepStrictEqual(wordsOf("Deploy deploy"), ["deploy"]))

  it("signs inside of a name stay, and those around it go", () =>
    assert.deepStrictEqual(wordsOf('"src/list.js",', "ERR_MODULE_NOT_FOUND:", "C++"), [
      "src/list.js",
      "err_module_not_found",
      "c++"
    ]))

  it("a query without a letter or a digit has no word", () => assert.deepStrictEqual(wordsOf("?!", " "), []))

  it("a word has the other words of the field as synonyms, in any number", () => {
    const [indentation = [], tests = []] = factTermsOf(["indentation", "tests"]).map(({ synonyms }) => synonyms)
    assert.include(indentation, "tab")
    assert.include(tests, "unittest")
    assert.notInclude(tests, "test")
  })

  it("a word of a script without spaces is looked for inside of texts", () => {
    assert.deepStrictEqual(
      factTermsOf(["测试", "tests"]).map(({ isInside }) => isInside),
      [true, false]
    )
  })
})

describe("letterPairs", () => {
  it("a word is split into pairs of neighbouring letters", () =>
    assert.deepStrictEqual(letterPairs("运行测试"), ["运行", "行测", "测试"]))

  it("a word of two letters stays whole", () => assert.deepStrictEqual(letterPairs("测试"), ["测试"]))
})

describe("nearSpellings", () => {
  it("a word with a letter too few, too many, wrong or swapped is near", () => {
    for (const word of ["unitest", "unitttest", "unittesd", "untitest"]) {
      assert.deepStrictEqual(nearSpellings(word, ["Run the unittest module"]), ["unittest"], word)
    }
  })

  it("a part of a name is near to the name", () =>
    assert.deepStrictEqual(nearSpellings("userdata", ["calls preloadUserData twice"]), ["preloaduserdata"]))

  it("a short word is near to no other", () => assert.deepStrictEqual(nearSpellings("tab", ["tap tabs"]), []))

  it("a word of four letters is near to none with another letter", () =>
    assert.deepStrictEqual(nearSpellings("lint", ["list hint"]), []))
})
