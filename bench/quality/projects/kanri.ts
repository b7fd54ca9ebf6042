import {
  add,
  asked,
  failed,
  lasting,
  limit,
  looked,
  not,
  passed,
  patched,
  type QualityProject,
  said,
  update
} from "../session.js"

const gradlePass = "BUILD SUCCESSFUL in 6s\n7 actionable tasks: 3 executed, 4 up-to-date\n"

/** A stock ledger in Java; its user writes Japanese. */
export const kanri: QualityProject = {
  name: "kanri",
  cwd: "/home/aoi/code/kanri",
  instructions: "",
  sessions: [
    {
      name: "a script that may not be run",
      form: "exec",
      steps: [
        asked("テストを実行して、失敗していたら直してください。"),
        failed("./gradlew test", "/bin/bash: line 1: ./gradlew: Permission denied\n", { exitCode: 126 }),
        passed("chmod +x gradlew", ""),
        passed("./gradlew test", gradlePass),
        said("`gradlew` に実行権限がありませんでした。テストはすべて通ります。")
      ],
      gold: {
        failures: [{ error: "./gradlew: Permission denied", fix: ["chmod +x gradlew"] }],
        commands: ["./gradlew test"],
        outcomes: ["success"],
        mustNotSay: [not("open", "Permission denied")]
      }
    },
    {
      name: "a failing test, fixed in two files, with a lasting wish",
      form: "items",
      steps: [
        asked("在庫の合計が合わないテストを直してください。コメントは必ず英語で書いてください。"),
        failed(
          "./gradlew test --tests StockTest",
          `> Task :test FAILED

StockTest > sumsAllShelves() FAILED
    org.opentest4j.AssertionFailedError: expected: <42> but was: <40>
        at kanri.StockTest.sumsAllShelves(StockTest.java:23)

1 test completed, 1 failed

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':test'.
> There were failing tests. See the report at: file:///home/aoi/code/kanri/build/reports/tests/test/index.html

BUILD FAILED in 4s
`
        ),
        looked(
          "grep -n 'reserved' -r src/main",
          "src/main/java/kanri/Shelf.java:18:    return items.size() - reserved;\nsrc/main/java/kanri/Stock.java:30:    sum += shelf.free();\n"
        ),
        patched(
          update("src/main/java/kanri/Shelf.java", "    return items.size() - reserved;", "    return items.size();"),
          update("src/main/java/kanri/Stock.java", "    sum += shelf.free();", "    sum += shelf.count();")
        ),
        passed("./gradlew test --tests StockTest", gradlePass),
        passed("./gradlew check", gradlePass),
        said("予約分を引いていたのが原因でした。`./gradlew check` も通ります。")
      ],
      gold: {
        failures: [{ error: "AssertionFailedError: expected: <42> but was: <40>", fix: ["Shelf.java", "Stock.java"] }],
        commands: ["./gradlew test --tests StockTest", "./gradlew check"],
        files: ["src/main/java/kanri/Shelf.java", "src/main/java/kanri/Stock.java"],
        wishes: [lasting("コメントは必ず英語で書いてください")],
        outcomes: ["success"],
        mustNotSay: [not("memory", "Build failed with an exception"), not("memory", "BUILD FAILED")]
      }
    },
    {
      name: "a prohibition that lasts",
      form: "exec",
      steps: [
        asked("商品テーブルに JAN コードの列を追加してください。本番のデータベースには絶対に触らないでください。"),
        looked("ls src/main/resources/db", "V1__init.sql\nV2__shelf.sql\n"),
        patched(
          add("src/main/resources/db/V3__jan.sql", "ALTER TABLE item ADD COLUMN jan CHAR(13);"),
          update("src/main/java/kanri/Item.java", "  String name;", "  String name;\n  String jan;")
        ),
        passed("./gradlew flywayValidate -Pprofile=local", gradlePass),
        passed("./gradlew test", gradlePass),
        said("`V3__jan.sql` を追加しました。ローカルの検証とテストは通ります。")
      ],
      gold: {
        commands: ["./gradlew flywayValidate -Pprofile=local", "./gradlew test"],
        files: ["src/main/resources/db/V3__jan.sql", "src/main/java/kanri/Item.java"],
        wishes: [lasting("本番のデータベースには絶対に触らないでください")],
        outcomes: ["success"],
        mustNotSay: [not("anything", "run the program: `./gradlew flywayValidate")]
      }
    },
    {
      name: "a change of a document that nothing checks",
      form: "script",
      steps: [
        asked("README にセットアップの手順を書いてください。"),
        patched(add("docs/setup.md", "# Setup\n\n1. Install JDK 21.\n2. Run ./gradlew test.")),
        patched(update("README.md", "# kanri", "# kanri\n\nSee docs/setup.md.")),
        said("`docs/setup.md` に手順を書き、README から参照しました。")
      ],
      gold: {
        files: ["docs/setup.md", "README.md"],
        outcomes: ["partial", "uncertain"],
        mustNotSay: [not("command", "./gradlew test."), not("fix", "docs/setup.md"), not("open", "Unfinished")]
      }
    },
    {
      name: "a record that breaks off with a failing test",
      form: "exec",
      isCutOff: true,
      steps: [
        asked("棚卸しの結果を CSV で出力できるようにしてください。"),
        patched(
          add(
            "src/main/java/kanri/CsvExport.java",
            "class CsvExport {\n  String write(Stock stock) { return null; }\n}"
          )
        ),
        failed(
          "./gradlew test --tests CsvExportTest",
          'CsvExportTest > writesOneLinePerItem() FAILED\n    java.lang.NullPointerException: Cannot invoke "String.lines()" because "csv" is null\n        at kanri.CsvExportTest.writesOneLinePerItem(CsvExportTest.java:15)\n\nBUILD FAILED in 3s\n'
        ),
        said("`write` がまだ null を返しています。実装します。")
      ],
      gold: {
        files: ["src/main/java/kanri/CsvExport.java"],
        outcomes: ["fail", "partial"],
        mustNotSay: [not("command", "./gradlew test --tests CsvExportTest"), not("fix", "CsvExport.java")]
      }
    },
    {
      name: "tests that need a service which this machine lacks",
      form: "items",
      steps: [
        asked("結合テストを実行してください。"),
        failed(
          "./gradlew integrationTest",
          "> Task :integrationTest FAILED\n\nStockIT > initializationError FAILED\n    java.lang.IllegalStateException: Could not find a valid Docker environment. Please see logs and check configuration\n\nBUILD FAILED in 9s\n"
        ),
        failed(
          "docker info",
          "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
        ),
        said("この環境では Docker が動いていません。"),
        asked("ではこれからは -PwithoutContainers を付けて実行してください。"),
        passed("./gradlew integrationTest -PwithoutContainers", gradlePass),
        said("コンテナを使わない結合テストはすべて通りました。")
      ],
      gold: {
        commands: ["./gradlew integrationTest -PwithoutContainers"],
        wishes: [lasting("これからは -PwithoutContainers を付けて実行してください")],
        notes: [limit("Could not find a valid Docker environment")],
        outcomes: ["success"],
        mustNotSay: [
          not("open", "docker"),
          not("anything", "run the program: `./gradlew integrationTest"),
          not("command", "docker info")
        ]
      }
    }
  ]
}
