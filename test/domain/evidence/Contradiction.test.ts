import { assert, describe, it } from "@effect/vitest"
import { contradicts } from "../../../src/domain/evidence/Contradiction.js"
import { nonEmpty } from "../../support/nonEmpty.js"

describe("contradictions between an explanation and the words that it explains", () => {
  const opposite: ReadonlyArray<readonly [said: string, explanation: string]> = [
    ["we sail with sails here", ": use engines, not sails"],
    ["never paint the hull red", ": always paint the hull red"],
    ["don't tow the barge without asking", ": please tow the barge"],
    ["N'installe rien à bord sans me demander", ": installe à bord"],
    ["nao apaga a vela nova", ": apaga sempre a vela nova"]
  ]
  for (const [said, explanation] of nonEmpty(opposite)) {
    it(`“${said}” is contradicted by “${explanation}”`, () => {
      assert.isTrue(contradicts(explanation, [said]))
    })
  }

  const same: ReadonlyArray<readonly [said: string, explanation: string]> = [
    ["we sail with sails here", ": use sails, not engines"],
    ["we sail with sails here", ": do not use engines"],
    ["never paint the hull red", ": leave the hull as it is"],
    ["never paint the hull red", ": do not paint the hull red"],
    ["don't tow the barge without asking", ": ask before you tow the barge"],
    ["keep logs short", ": never long logs"],
    ["fass das Ruder nicht an", ": do not touch the rudder"],
    ["nao mexe no leme novo", ": leave the leme novo alone"]
  ]
  for (const [said, explanation] of nonEmpty(same)) {
    it(`“${said}” is not contradicted by “${explanation}”`, () => {
      assert.isFalse(contradicts(explanation, [said]))
    })
  }
})
