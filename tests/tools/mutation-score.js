// Counts a mutation report. ConfigureAwait(true) does not count, as no mutant does that does not compile: the build's analyzers
// (MA0004) take it for an error, but are off while mutants are built. No test can tell such a mutant from the original: how many of them are
// "found" all the same tells how many others were found by nothing but a busy machine.
'use strict';

const report = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8'));
const isFlag = (lines, { line, column }) => lines[line - 1].slice(0, column - 1).endsWith('ConfigureAwait(');

const total = {};
const control = { found: 0, of: 0 };
for (const [path, file] of Object.entries(report.files)) {
  const lines = file.source.split('\n');
  for (const mutant of file.mutants) {
    const flag = isFlag(lines, mutant.location.start);
    const status = flag ? 'Ignored' : mutant.status;
    if (flag && ['Killed', 'Timeout', 'Survived'].includes(mutant.status)) {
      control.of++;
      control.found += mutant.status === 'Survived' ? 0 : 1;
    }
    total[status] = (total[status] ?? 0) + 1;
    if (status === 'Survived' || status === 'NoCoverage') {
      console.log(`${path}:${mutant.location.start.line} ${status} ${mutant.mutatorName}: ${mutant.replacement.replace(/\s+/g, ' ').slice(0, 100)}`);
    }
  }
}
const found = (total.Killed ?? 0) + (total.Timeout ?? 0);
const all = found + (total.Survived ?? 0) + (total.NoCoverage ?? 0);
console.log(JSON.stringify(total));
console.log(`${found} of ${all} mutants found: ${((100 * found) / all).toFixed(1)} %`);
console.log(`Time-outs not counted: ${((100 * (total.Killed ?? 0)) / all).toFixed(1)} %`);
console.log(`Control: ${control.found} of ${control.of} mutants that nothing can find were found.`);
