import { assert, describe, it } from "@effect/vitest"
import { neutralDocument } from "../../../src/domain/text/Markdown.js"

describe("a document that is made safe to embed", () => {
  it("a document keeps its first heading, and its other top headings become small ones", () => {
    assert.strictEqual(neutralDocument("# Ferry\ntext\n# Pier"), "# Ferry\ntext\n#### Pier")
  })

  it("a document keeps what is in a fence as it is, and is made safe again behind the fence", () => {
    assert.strictEqual(neutralDocument("x\n```sh\n# in\n```\n# behind"), "x\n```sh\n# in\n```\n#### behind")
  })

  it("a fence stays open over shorter fences and fences of another kind", () => {
    assert.strictEqual(
      neutralDocument("x\n````\n```\n~~~~\n# in\n````\n# behind"),
      "x\n````\n```\n~~~~\n# in\n````\n#### behind"
    )
  })

  it("a document gets the end of a fence that it leaves open", () => {
    assert.strictEqual(neutralDocument("x\n~~~~\n# in"), "x\n~~~~\n# in\n~~~~")
  })
})
