import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "effect/FastCheck"
import { ThreadId, threadIdOf } from "../../../src/domain/thread/ThreadId.js"

const id = "01950000-1111-7abc-8def-0123456789ab"
const other = "01959999-2222-7abc-8def-0123456789ab"
const fileName = `rollout-2026-03-02T09-00-00-${other}.jsonl`

describe("the id of a thread", () => {
  it("the id is the session_meta's if that is a UUID", () => {
    assert.strictEqual(threadIdOf(id, fileName), id)
  })

  it("the id is in lower case", () => {
    assert.strictEqual(threadIdOf(id.toUpperCase(), "x.jsonl"), id)
    assert.strictEqual(threadIdOf(undefined, fileName.toUpperCase()), other)
  })

  it("the id is the file name's UUID if the session_meta has none", () => {
    for (const said of [undefined, "", "thr_1", `${id}0`, `x${id}`, id.slice(0, -1), id.replaceAll("-", "")]) {
      assert.strictEqual(threadIdOf(said, fileName), other)
    }
    assert.strictEqual(threadIdOf("thr_1", `${fileName}.zst`), other)
  })

  it("the id is else the UUIDv5 of the session_meta's id, the same on every machine", () => {
    assert.strictEqual(threadIdOf("thr_harbour", "rollout-harbour.jsonl"), "1c9876be-e9da-58c0-9b6e-aed9e93f9b8b")
    assert.strictEqual(threadIdOf("thr_harbour", "elsewhere.jsonl"), "1c9876be-e9da-58c0-9b6e-aed9e93f9b8b")
  })

  it("the id is the UUIDv5 of the file's name if there is no other", () => {
    assert.strictEqual(threadIdOf(undefined, "notes.jsonl"), "f32c966f-2fd1-50c7-bc8b-b9decf98a42d")
  })

  it("the id is a UUID even for half a character", () => {
    assert.isTrue(Schema.is(ThreadId)(threadIdOf("\ud800", "x.jsonl")))
  })

  it.prop(
    "the id is a UUID for any session_meta and any name",
    [fc.option(fc.string(), { nil: undefined }), fc.string()],
    ([said, name]) => {
      assert.isTrue(Schema.is(ThreadId)(threadIdOf(said, name)))
      assert.strictEqual(threadIdOf(said, name), threadIdOf(said, name))
    }
  )
})
