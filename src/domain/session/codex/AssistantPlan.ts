import * as Schema from "effect/Schema"
import type { AssistantPlan } from "../../evidence/SessionEvidence.js"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../LenientField.js"

const PlanParameters = Schema.Struct({ plan: lenient(Schema.Array(Schema.Unknown)) })
const decodeParameters = decodeLenient(Schema.parseJson(PlanParameters), {})

/** The maximum number of steps of a plan; a longer list is not a plan. */
const mostSteps = 40

/** Reads a call of the tool that stores a plan; undefined for any other item, and for a call without a plan. */
export const readPlan = (item: JsonObject, line: number): AssistantPlan | undefined => {
  const isPlan = /^(?:functions[._])?update_plan$/.test(String(item["name"]))
  const { plan } = isPlan ? decodeParameters(item["arguments"]) : {}
  return plan === undefined
    ? undefined
    : {
        line,
        left: plan
          .slice(0, mostSteps)
          .flatMap((step) =>
            isJsonObject(step) && typeof step["step"] === "string" && step["status"] !== "completed"
              ? [step["step"]]
              : []
          )
      }
}
