import { corral } from "./projects/corral.js"
import { kanri } from "./projects/kanri.js"
import { lagoon } from "./projects/lagoon.js"
import { mercat } from "./projects/mercat.js"
import { padaria } from "./projects/padaria.js"
import { pegel } from "./projects/pegel.js"
import { quill } from "./projects/quill.js"
import { ternBooking } from "./projects/ternBooking.js"
import { withReading } from "./reading.js"
import type { QualityProject } from "./session.js"

/** The projects of the quality benchmark. */
export const projects: ReadonlyArray<QualityProject> = [
  ternBooking,
  pegel,
  lagoon,
  corral,
  kanri,
  padaria,
  quill,
  mercat
].map(withReading)
