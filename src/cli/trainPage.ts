import type { Estimate } from '../numerics/estimate.ts';
import type { Report, ReportSection } from '../plots/report.ts';
import { linearCoefficients } from '../table/explainCoefficients.ts';
import type { SeveralClassesTold } from '../table/measureSeveralClasses.ts';
import type { TableTrainingSettings } from '../table/tableTrainingOptions.ts';
import type { TableTraining } from '../table/trainOnTable.ts';
import { CURVE_STEPS, heldOutCurve } from './heldOutCurve.ts';
import { asTyped } from './optionNames.ts';
import { reportTable } from './reportFile.ts';
import { robustnessFigure } from './robustnessFigure.ts';
import type { Column } from './table.ts';

/** A training as the parts of a page: its risks, its robustness curve, and the coefficients of a linear model. */
export async function trainingSections(
  trained: TableTraining,
  settings: TableTrainingSettings,
): Promise<Pick<Report, 'title' | 'summary' | 'sections'>> {
  const { target, model, method, loss, eps, norm } = settings;
  const { rows, training, notes } = trained;
  return {
    title: `Robust model of ${target}`,
    summary: [
      `A ${model} model of ${target}, trained by ${method} on the ${loss} loss against perturbations of ${norm} radius ${eps} standard deviations of the inputs, on ${rows.train} rows${rows.validation > 0 ? `, ${rows.validation} to validate` : ''}; ${rows.test} rows were held out to measure it.`,
      training.converged
        ? `The training converged after ${training.iterations} iterations${training.relativeGap === undefined ? '' : `, with a proved relative gap of ${training.relativeGap.toExponential(1)}`}.`
        : `The training did not converge (${training.stopped ?? 'gap not reached'}).`,
      ...notes.map((note) => `${asTyped(note)}.`),
    ],
    sections: [
      riskSection(trained),
      trained.several ? confusionSection(trained.several) : await curveSection(trained, settings),
      ...(await coefficientSection(trained)),
    ],
  };
}

interface Line {
  readonly name: string;
  readonly of: Estimate;
}

const columns: readonly Column<Line>[] = [
  { title: 'on held-out rows', value: ({ name }) => name, align: 'left' },
  { title: 'mean', value: ({ of }) => rounded(of.value, 5) },
  { title: 'std.err.', value: ({ of }) => rounded(of.standardError, 2) },
];

function riskSection({ clean, robust, trivial, classes, several }: TableTraining): ReportSection {
  const told = classes ?? several;
  const mean = several ? 'error' : 'loss';
  const lines: Line[] = [
    { name: `${mean}, clean`, of: clean },
    { name: `${mean}, attacked`, of: robust },
    { name: `${mean} of the best constant`, of: trivial },
    ...(told
      ? [
          { name: 'accuracy, clean', of: told.clean.accuracy },
          { name: 'accuracy, attacked', of: told.robust.accuracy },
          { name: 'accuracy of the best constant', of: told.trivial.accuracy },
        ]
      : []),
  ];
  return {
    title: 'Risk',
    text: [`Means over ${clean.count} rows; standard errors are over rows, of this one split.`],
    tables: [reportTable(lines, columns)],
  };
}

function confusionSection({ names, confusion, robustlyRight }: SeveralClassesTold): ReportSection {
  const lines = names.map((name, k) => ({ name, counts: confusion[k]!, robust: robustlyRight[k]! }));
  type Counts = (typeof lines)[number];
  return {
    title: 'Classes',
    text: [
      'Held-out rows by their class and by that which they are taken for; the last column counts those that are answered rightly whatever the attack does.',
    ],
    tables: [
      reportTable(lines, [
        { title: 'class', value: ({ name }: Counts) => name, align: 'left' },
        ...names.map((name, j) => ({
          title: `for ${name}`,
          value: ({ counts }: Counts) => String(counts[j]),
        })),
        { title: 'attacked: right', value: ({ robust }) => String(robust) },
      ]),
    ],
  };
}

async function curveSection(trained: TableTraining, settings: TableTrainingSettings): Promise<ReportSection> {
  const { found, units, accuracy } = await heldOutCurve(trained, settings);
  return {
    title: 'Robustness curve',
    text: [
      `Mean loss against the radius of the attack, PGD of ${CURVE_STEPS} steps in ${settings.norm}: the true worst case is no smaller.`,
    ],
    pictures: [
      {
        svg: robustnessFigure(found, { units, accuracy }),
        caption:
          'Bars are one standard error over held-out rows; the dashed line is the loss without an attack.',
      },
    ],
    tables: [
      reportTable(
        found.curve.map(({ eps: radius, risk }) => ({
          name: String(Number(radius.toPrecision(4))),
          of: risk,
        })),
        [{ title: 'eps', value: ({ name }) => name }, ...columns.slice(1)],
      ),
    ],
  };
}

async function coefficientSection({ model, test }: TableTraining): Promise<ReportSection[]> {
  const found = await linearCoefficients(model);
  if (!found) return [];
  const { intercept, coefficients, perDeviation, clip } = found;
  const lines = coefficients.map((value, j) => ({ name: test.names[j]!, value, each: perDeviation[j]! }));
  return [
    {
      title: 'Coefficients',
      text: [
        `The prediction is ${rounded(intercept, 5)} plus the sum of the inputs times these${clip === null ? '' : `, as long as no input is more than ${clip} deviations from its mean`}.`,
      ],
      tables: [
        reportTable(
          lines.sort((a, b) => Math.abs(b.each) - Math.abs(a.each)),
          [
            { title: 'input', value: ({ name }) => name },
            { title: 'for one unit', value: ({ value }) => rounded(value, 4) },
            { title: 'for one deviation', value: ({ each }) => rounded(each, 4) },
          ],
        ),
      ],
    },
  ];
}

const rounded = (value: number, digits: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : '-';
