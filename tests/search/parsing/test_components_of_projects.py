"""What a page says where it uses a component of the project's own, read from that one's source."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from tests.search import repository

LINKS = """import Link from '@docusaurus/Link'
import { memo } from 'react'
interface Props { readonly text?: string }
export const Links = {
  Lamp: memo(({ text = 'the lamp' }: Props) => (
    <Link to="https://lamps.example" title="Lamp">
      <code>{text}</code>
    </Link>
  )),
  Plain: () => <>plain words</>
} as const
"""
TABS = """import TabItem from '@theme/TabItem'
import CodeBlock from '@theme/CodeBlock'
import { Hint } from './Hint'
const NAME = 'lamp'
const managers = [{ value: 'npm', command: 'install' }, { value: 'yarn', command: 'add' }] as const
const Install = ({ children }) => {
  const shown = useShown()
  return (
    <div className={shown}>
      {managers.map(({ value, command }) => (
        <TabItem key={value} value={value}><CodeBlock>{value} {command} {NAME}</CodeBlock></TabItem>
      ))}
      <Hint strong>{children}</Hint>
    </div>
  )
}
export default memo(Install)
"""
HINT = """export function Hint(props) {
  return <p>Mind: {props.children}.</p>
}
"""
COMPUTED = (
    """export const Now = () => { if (x) { return <p>yes</p> } return <p>no</p> }
export const Feed = () => <p>{fetchAll().join()}</p>
export const Loop = () => <Loop />
const Twice = ({ children }) => <>{children}{children}</>
export const Bomb = () => (
  """
    + "<Twice>" * 20
    + "much words"
    + "</Twice>" * 20
    + """
)
export const Wide = () => <p>{[1,2,3].map(a => [1,2,3].map(b => <b>{a}{b}</b>))}</p>
"""
)
ASTRO = """---
import { Code, TabItem, Tabs } from "@astrojs/starlight/components";

interface Props {
  npm: string[];
}

const { npm, off = false } = Astro.props;
const bin = "lamp";
let install = npm.reduce((all, each) => {
  return `${all}npm ${each}\\n`;
}, "");
---

<!-- How it looks -->
<Tabs syncKey="manager">
  <TabItem label="npm"><Code frame="none" code={install} lang="sh" /></TabItem>
  <TabItem label="Both">
    <Code code={`${bin} ${off === true ? "off" : "on"}`} class:list={["wide", { off }]} />
  </TabItem>
  <TabItem label="Now"><Code code={await now()} /></TabItem>
</Tabs>
<slot />
<style>
  .wide { width: 100% }
</style>
"""
SAID = {
    "one of Astro's, with what stands in it": (
        "import Install from '@site/src/Install.astro'\n\n"
        "<Install npm={['i lamp', 'i \"dim\"']} off>\n\nIt is **hot**\n\n</Install>\n",
        '**npm**\n\n```sh\nnpm i lamp\nnpm i "dim"\n```\n\n'
        "**Both**\n\n```\nlamp off\n```\n\nIt is **hot**",
    ),
    "in a line, with its default": (
        "import { Links } from '@site/src/Links'\n\nSwitch <Links.Lamp /> on.\n",
        "Switch [`the lamp`](https://lamps.example) on.",
    ),
    "in a line, with what the page gives it": (
        "import { Links } from '@site/src/Links'\n\n"
        "Switch <Links.Lamp text='it' /> and <Links.Plain />.\n",
        "Switch [`it`](https://lamps.example) and plain words.",
    ),
    "in a table": (
        "import { Links } from '@site/src/Links'\n\n| A |\n| --- |\n| <Links.Plain /> |\n",
        "| A |\n| --- |\n| plain words |",
    ),
    "a list that is mapped, and what stands in it": (
        "import Install from '@site/src/Install'\n\n"
        "<Install>\n\nIt is **hot**\n\n</Install>\n",
        "**npm**\n\n```\nnpm install lamp\n```\n\n**yarn**\n\n```\nyarn add lamp\n```\n\n"
        "Mind: It is **hot**.",
    ),
    "one that computes what it says": (
        "import { Now, Feed } from '@site/src/Computed'\n\n"
        "Before.\n\n<Now />\n\n<Feed title=\"News\" />\n",
        "Before.\n\nNews",
    ),
    "one that doubles what is in it, again and again": (
        "import { Bomb } from '@site/src/Computed'\n\nBefore.\n\n<Bomb />\n", "Before.",
    ),
    "one that holds itself": (
        "import { Loop } from '@site/src/Computed'\n\nBefore.\n\n<Loop />\n", "Before.",
    ),
    "what is imported from elsewhere": (
        "import Links from 'lamps'\nimport Other from '../../../etc/passwd'\n\n"
        "Before <Links /> <Other />it.\n",
        "Before it.",
    ),
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (
        ("Links.tsx", LINKS), ("Install.tsx", TABS), ("Hint.jsx", HINT), ("Computed.tsx", COMPUTED),
        ("Install.astro", ASTRO),
    ):  # fmt: skip
        repository.write(tmp_path, f"website/src/{name}", text)
    return tmp_path


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_a_component_says_what_its_source_says(root: Path, written: str, said: str) -> None:
    assert page(root, written) == said


def page(root: Path, written: str, package: str = "", config: str = "") -> str:
    if package:
        repository.write(root, "website/package.json", package)
    if config:
        repository.write(root, "website/docusaurus.config.js", config)
    repository.write(root, "website/docs/page.mdx", written)
    chunks = files.read(root, PurePosixPath("website/docs/page.mdx"))
    return "\n\n".join(chunk.content or chunk.text for chunk in chunks)


def test_tabs_are_called_as_their_values_are_listed(tmp_path: Path) -> None:
    written = (
        "<Tabs\n  values={[\n    {label: 'TypeScript', value: 'ts'},\n"
        "    {value: 'js', label: 'JavaScript'},\n  ]}>\n<TabItem value='ts'>\n\nTyped.\n\n"
        "</TabItem>\n<TabItem value='js'>\n\nNot.\n\n</TabItem>\n</Tabs>\n"
    )
    said = page(tmp_path, written)
    assert said == "**TypeScript**\n\nTyped.\n\n**JavaScript**\n\nNot."


PLUGIN = '{"dependencies": {"@docusaurus/remark-plugin-npm2yarn": "^%s.0.1"}}'
CONVERTED = {  # what npm-to-yarn 3.2 gives (1.0 for Yarn of version 2), line by line
    "npm install": ("yarn install", "pnpm install", "bun install"),
    "npm install lamp": ("yarn add lamp", "pnpm add lamp", "bun add lamp"),
    "npm i -D lamp x": ("yarn add --dev lamp x", "pnpm add -D lamp x", "bun add --dev lamp x"),
    "npm i --save-dev x": ("yarn add --dev x", "pnpm add --save-dev x", "bun add --dev x"),
    "npm install -g lamp": ("yarn global add lamp", "pnpm add -g lamp", "bun add --global lamp"),
    "npm uninstall lamp": ("yarn remove lamp", "pnpm remove lamp", "bun remove lamp"),
    "npm run build": ("yarn build", "pnpm run build", "bun run build"),
    "npm run build -- -w": ("yarn build -w", "pnpm run build -w", "bun run build -w"),
    "npm start": ("yarn start", "pnpm start", "bun start"),
    "A=1 npm test": ("A=1 yarn test", "A=1 pnpm test", "A=1 bun run test"),
    "npm init lamp": ("yarn create lamp", "pnpm create lamp", "bunx create-lamp"),
    "npx lamp on": ("yarn dlx lamp on", "pnpm dlx lamp on", "bun x lamp on"),
    "npm exec lamp": ("yarn lamp", "pnpm exec lamp", "bunx lamp"),
    "cd x && npm start": ("cd x && yarn start", "cd x && pnpm start", "cd x && bun start"),
    "# a comment": ("# a comment", "# a comment", "# a comment"),
}  # fmt: skip


@pytest.mark.parametrize(("npm", "others"), CONVERTED.items(), ids=CONVERTED)
def test_npm2yarn_shows_a_tab_for_each_package_manager(
    tmp_path: Path, npm: str, others: tuple[str, str, str]
) -> None:
    said = page(tmp_path, f"```bash npm2yarn\n{npm}\n```\n", PLUGIN % 3)
    tabs = zip(("npm", "Yarn", "pnpm", "Bun"), (npm, *others), strict=True)
    assert said == "\n\n".join(f"**{name}**\n\n```bash\n{code}\n```" for name, code in tabs)


def test_npm2yarn_of_version_2_knows_Yarn_alone(tmp_path: Path) -> None:
    said = page(tmp_path, "```bash npm2yarn\nnpm install --save-dev x\n```\n", PLUGIN % 2)
    assert said == (
        "**npm**\n\n```bash\nnpm install --save-dev x\n```\n\n"
        "**Yarn**\n\n```bash\nyarn add --dev x\n```"
    )


def test_npm2yarn_shows_those_that_the_configuration_names(tmp_path: Path) -> None:
    config = "remarkPlugins: [[npm2yarn, {converters: ['pnpm', ['Turbo', (c) => c]]}]]"
    said = page(tmp_path, "```sh npm2yarn\nnpm ci\n```\n", PLUGIN % 3, f"// npm2yarn\n{config}")
    assert said == "**npm**\n\n```sh\nnpm ci\n```\n\n**pnpm**\n\n```sh\npnpm ci\n```"
