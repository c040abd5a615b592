/** A Dockerfile as the list of its instructions: https://docs.docker.com/reference/dockerfile/ */

export interface Instruction {
  readonly name: string;
  /** Without the line breaks. */
  readonly text: string;
  /** Of the exec form; undefined where it is a shell's line. */
  readonly exec: readonly string[] | undefined;
}

export interface Stage {
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

const KNOWN = new Set(['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR']);

/** Throws for what Docker would not take. */
export function readDockerfile(source: string): readonly Stage[] {
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const lines = source.split('\n').filter((line) => !line.trimStart().startsWith('#')).join('\n').replaceAll(/\\\n/g, ' ').split('\n');
  for (const line of lines.map((line) => line.trim()).filter((line) => line !== '')) {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!KNOWN.has(name)) throw new Error(`no instruction: ${line}`);
    const list = name === 'HEALTHCHECK' ? text.replace(/^.*?\bCMD\s+/, '') : text;
    const exec = list.startsWith('[') ? (JSON.parse(list) as string[]) : undefined;
    if (exec?.some((word) => typeof word !== 'string') === true) throw new Error(`no exec form: ${line}`);
    if (name === 'FROM') {
      const [, from = '', stage] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
      if (from === '') throw new Error(`no FROM: ${line}`);
      stages.push({ from, name: stage, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`before the first FROM: ${line}`);
    const copied = /--from=(\S+)/.exec(text)?.[1];
    if (copied !== undefined && !stages.slice(0, -1).some(({ name }) => name === copied)) throw new Error(`there is no stage ${copied}: ${line}`);
    stage.instructions.push({ name, text, exec });
  }
  return stages;
}
