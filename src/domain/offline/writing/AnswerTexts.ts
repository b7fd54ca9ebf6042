import { withoutSecrets } from "../judging/Secrets.js"
import type { Answer } from "../reading/Answers.js"
import { quoted } from "./Wording.js"

/** Tells what the user answered, in words that follow or precede the question. */
export const answerText = ({ asked, choice }: Answer): string => {
  const beside = choice === undefined ? "" : ` beside the choice ${quoted(withoutSecrets(choice), 80)}`
  return `the user answered ${quoted(withoutSecrets(asked.text), 160)}${beside}`
}
