import type { NamedModel } from "../../../domain/model/Api.js"
import { anthropicPart, loadPart, openAiPart } from "../../../services/PackageMissing.js"

const loadOpenAi = loadPart(() => import("./OpenAi.js"), openAiPart)
const loadAnthropic = loadPart(() => import("./Anthropic.js"), anthropicPart)

/** Loads the code of a model's API, which is most of this program, only if the settings name such a model. */
export const loadModel = ({ api }: NamedModel) => (api === "anthropic" ? loadAnthropic : loadOpenAi)
