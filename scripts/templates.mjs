// Writes the prompts of templates/ into a module, so that they are there wherever the package is, also inside a host's bundle.
// With --check nothing is written: it ends with 1 when the module is out of date.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"

const module = "src/services/TemplateTexts.ts"

const constantName = (file) => file.replace(/\.md$/, "").replace(/_(\w)/g, (_, letter) => letter.toUpperCase())

const constant = (file) => {
  const text = readFileSync(`templates/${file}`, "utf8").replace(/[\\`]|\$\{/g, "\\$&")
  return `/** The text of \`templates/${file}\`. */\nexport const ${constantName(file)} = \`${text}\`\n`
}

const files = readdirSync("templates").sort()
const text = `// Made by \`npm run templates\` from the files in templates/; edit those.\n\n${files.map(constant).join("\n")}`

if (!process.argv.includes("--check")) {
  writeFileSync(module, text)
} else if (readFileSync(module, "utf8") !== text) {
  console.error(`${module} is not what templates/ has; run npm run templates`)
  process.exitCode = 1
}
