//! What the runs came to: medians, and ratios of runs of the same round.

use std::collections::BTreeMap;

use serde_json::Value;

/// The runs of all rows, in the order of the rows.
#[derive(Default)]
pub(crate) struct Results {
    rows: Vec<Row>,
}

/// A row of the table.
struct Row {
    workload: String,
    name: String,
    /// How much of what grows, where something does.
    at: Option<u64>,
    against: String,
    at_most: Option<f64>,
    /// By round; the first one is not among them.
    runs: BTreeMap<u64, Value>,
    counted: Option<Value>,
}

/// A median, and between what values it lies with 95 % certainty; a ratio for the plot.
#[derive(Clone, Copy)]
pub(crate) struct Median {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// A line of the plot.
pub(crate) struct Ratio {
    pub(crate) workload: String,
    pub(crate) name: String,
    pub(crate) ratio: Median,
}

impl Median {
    /// The interval goes by the order of the values and assumes nothing of how they are distributed. With fewer than six
    /// values there is none that certain; it is then all of them.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (first, last) = (*values.first()?, *values.last()?);
        let count = values.len();
        let value = (values.get((count - 1) / 2)? + values.get(count / 2)?) / 2.0;
        // So many values may be left out on either side: the chance that the median is among them stays below 5 %.
        let mut chance = 0.5_f64.powi(i32::try_from(count).ok()?);
        let (mut beyond, mut left_out) = (chance, 0);
        while 2.0 * beyond <= 0.05 {
            left_out += 1;
            chance *= (count - left_out + 1) as f64 / left_out as f64;
            beyond += chance;
        }
        let cut = usize::saturating_sub(left_out, 1);
        Some(Self {
            value,
            low: *values.get(cut).unwrap_or(&first),
            high: *values.get(count - 1 - cut).unwrap_or(&last),
        })
    }
}

impl Row {
    fn is(&self, workload: &str, name: &str, at: Option<u64>) -> bool {
        self.workload == workload && self.name == name && self.at == at
    }

    /// The median of what `of` makes of each run.
    fn median(&self, of: impl Fn(&Value) -> Option<f64>) -> Option<f64> {
        Some(Median::of(self.runs.values().filter_map(of).collect())?.value)
    }

    /// The most memory any run had resident, in MiB.
    fn resident(&self) -> f64 {
        let resident = self.runs.values();
        let resident = resident.filter_map(|run| run["maxrss_kb"].as_f64());
        resident.fold(0.0, f64::max) / 1024.0
    }
}

impl Results {
    /// Takes a line of the program.
    pub(crate) fn take(&mut self, line: &str) -> Result<(), String> {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        let text = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (name, workload) = (text("row"), text("workload"));
        let at = value.get("at").and_then(Value::as_u64);
        if value.get("against").is_some() {
            self.rows.push(Row {
                workload,
                name,
                at,
                against: text("against"),
                at_most: value.get("at_most").and_then(Value::as_f64),
                runs: BTreeMap::new(),
                counted: None,
            });
            return Ok(());
        }
        let mut rows = self.rows.iter_mut();
        let Some(row) = rows.find(|row| row.is(&workload, &name, at)) else {
            return Err(format!("a run of no row: {line}"));
        };
        match value.get("round").and_then(Value::as_u64) {
            Some(0) => {}
            Some(round) => {
                row.runs.insert(round, value);
            }
            None => row.counted = Some(value),
        }
        Ok(())
    }

    fn ratio(&self, row: &Row, metric: &str) -> Option<Median> {
        let mut rows = self.rows.iter();
        let base = rows.find(|base| base.is(&row.workload, &row.against, row.at))?;
        let pair = |(round, run)| Some(each(run, metric)? / each(base.runs.get(round)?, metric)?);
        Median::of(row.runs.iter().filter_map(pair).collect())
    }

    /// The ratios of all that is compared with a floor.
    pub(crate) fn ratios(&self) -> Vec<Ratio> {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.against.starts_with("floor"));
        let ratio = |row: &Row| {
            Some(Ratio {
                workload: row.workload.clone(),
                name: match row.at {
                    Some(at) => format!("{}, {}", row.name, thousands(at)),
                    None => row.name.clone(),
                },
                ratio: self.ratio(row, TIME)?,
            })
        };
        rows.filter(|row| !row.name.starts_with("floor"))
            .filter_map(ratio)
            .collect()
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        if self.rows.iter().any(|row| row.workload != CODEC) {
            text.push_str(
                "| workload | who | ns each | times the row it is compared with (95 %) | aim | allocations each | resident, MiB |\n\
                 | --- | --- | ---: | --- | ---: | ---: | ---: |\n",
            );
            for row in self.rows.iter().filter(|row| row.workload != CODEC) {
                text.push_str(&self.line(row));
            }
            text.push('\n');
        }
        let operations = self.operations();
        if !operations.is_empty() {
            text.push_str("| codec | who | ns each | times the floor (95 %) | allocations each |\n| --- | --- | ---: | --- | ---: |\n");
            for operation in operations {
                for row in self.rows.iter().filter(|row| row.workload == CODEC) {
                    text.push_str(&self.operation(row, &operation));
                }
            }
        }
        text
    }

    fn line(&self, row: &Row) -> String {
        let time = row.median(|run| each(run, TIME));
        let time = time.map_or(String::new(), |time| format!("{time:.0}"));
        let ratio = self.ratio(row, TIME).map_or(String::new(), |ratio| {
            format!("{} of {}", show(ratio), row.against)
        });
        let aim = row.at_most.map_or(String::new(), |aim| format!("{aim:.2}"));
        let counted = row.counted.as_ref();
        let allocations = counted.and_then(|run| each(run, "allocs"));
        let allocations = allocations.map_or(String::new(), number);
        format!(
            "| {} | {} | {time} | {ratio} | {aim} | {allocations} | {:.1} |\n",
            row.workload,
            row.name,
            row.resident()
        )
    }

    /// How the time of a workload grows: each row at all its points, of which `unit` says what they count.
    pub(crate) fn growth(&self, unit: &str) -> String {
        let mut text = format!(
            "| who | {unit} | ns each | ms in all | times the floor (95 %) | resident, MiB |\n\
             | --- | ---: | ---: | ---: | --- | ---: |\n"
        );
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let first = |name: &str| self.rows.iter().position(|row| row.name == name);
        rows.sort_by_key(|row| (first(&row.name), row.at));
        for row in rows {
            let time = row.median(|run| each(run, TIME)).unwrap_or_default();
            let total = row.median(|run| run[TIME].as_f64()).unwrap_or_default();
            let ratio = self.ratio(row, TIME).map_or(String::new(), show);
            text.push_str(&format!(
                "| {} | {} | {time:.0} | {:.1} | {ratio} | {:.1} |\n",
                row.name,
                thousands(row.at.unwrap_or_default()),
                total / 1e6,
                row.resident()
            ));
        }
        text
    }

    /// The operations of the codec, in the order of the program.
    fn operations(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let rows = self.rows.iter().filter(|row| row.workload == CODEC);
        for run in rows.filter_map(|row| row.runs.values().next()) {
            let keys = run.as_object().into_iter().flat_map(|run| run.keys());
            for name in keys.filter_map(|key| key.strip_suffix("_ns")) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    fn operation(&self, row: &Row, name: &str) -> String {
        let metric = format!("{name}_ns");
        let Some(time) = row.median(|run| run[&metric].as_f64()) else {
            return String::new();
        };
        let ratio = self.ratio(row, &metric).map_or(String::new(), show);
        let allocations = row
            .counted
            .as_ref()
            .and_then(|run| run[&format!("{name}_allocs")].as_f64());
        let allocations = allocations.map_or(String::new(), number);
        let name = name.replace('_', " ");
        format!(
            "| {name} | {} | {time:.1} | {ratio} | {allocations} |\n",
            row.name
        )
    }
}

const CODEC: &str = "codec";
const TIME: &str = "wall_ns";

/// A number of a run for each of its operations.
fn each(run: &Value, metric: &str) -> Option<f64> {
    let value = run[metric].as_f64()?;
    match metric {
        // It is for each already.
        _ if run["workload"] == CODEC => Some(value),
        _ => Some(value / run["n"].as_f64()?),
    }
}

/// A number with commas, as people write it.
fn thousands(number: u64) -> String {
    let mut text = number.to_string();
    for at in (1..text.len()).rev().skip(2).step_by(3) {
        text.insert(at, ',');
    }
    text
}

fn show(ratio: Median) -> String {
    format!("{:.2} ({:.2}–{:.2})", ratio.value, ratio.low, ratio.high)
}

fn number(value: f64) -> String {
    if value < 0.005 {
        "0".to_owned()
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(count: u32) -> (f64, f64, f64) {
        let median = Median::of((1..=count).map(f64::from).collect()).unwrap();
        (median.low, median.value, median.high)
    }

    #[test]
    fn intervals_are_those_of_the_textbook() {
        assert_eq!(bounds(1), (1.0, 1.0, 1.0));
        assert_eq!(bounds(7), (1.0, 4.0, 7.0));
        assert_eq!(bounds(8), (1.0, 4.5, 8.0));
        assert_eq!(bounds(9), (2.0, 5.0, 8.0));
        assert_eq!(bounds(15), (4.0, 8.0, 12.0));
        assert!(Median::of(Vec::new()).is_none());
    }

    #[test]
    fn numbers_have_commas() {
        assert_eq!(
            [1, 999, 1000, 12_345_678].map(thousands),
            ["1", "999", "1,000", "12,345,678"]
        );
    }

    #[test]
    fn what_grows_is_compared_at_the_same_point() {
        let mut results = Results::default();
        for line in [
            r#"{"row":"floor","at":1,"workload":"w","against":""}"#,
            r#"{"row":"ours","at":1,"workload":"w","against":"floor"}"#,
            r#"{"row":"floor","at":1000,"workload":"w","against":""}"#,
            r#"{"row":"ours","at":1000,"workload":"w","against":"floor"}"#,
            r#"{"row":"floor","at":1,"round":1,"workload":"w","n":10,"wall_ns":1000}"#,
            r#"{"row":"ours","at":1,"round":1,"workload":"w","n":10,"wall_ns":2000}"#,
            r#"{"row":"floor","at":1000,"round":1,"workload":"w","n":10,"wall_ns":1000000}"#,
            r#"{"row":"ours","at":1000,"round":1,"workload":"w","n":10,"wall_ns":3000000}"#,
        ] {
            results.take(line).unwrap();
        }
        let table = results.growth("things");
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| floor | 1 | 100 | 0.0 |  | 0.0 |",
                "| floor | 1,000 | 100000 | 1.0 |  | 0.0 |",
                "| ours | 1 | 200 | 0.0 | 2.00 (2.00–2.00) | 0.0 |",
                "| ours | 1,000 | 300000 | 3.0 | 3.00 (3.00–3.00) | 0.0 |",
            ]
        );
        assert_eq!(results.ratios()[1].name, "ours, 1,000");
    }

    #[test]
    fn ratios_are_of_runs_of_one_round() {
        let mut results = Results::default();
        for line in [
            r#"{"row":"floor","workload":"w","against":""}"#,
            r#"{"row":"ours","workload":"w","against":"floor","at_most":1.1}"#,
            r#"{"row":"ours","round":0,"workload":"w","n":1,"wall_ns":9000}"#,
            r#"{"row":"ours","round":1,"workload":"w","n":10,"wall_ns":200,"maxrss_kb":2048}"#,
            r#"{"row":"floor","round":1,"workload":"w","n":10,"wall_ns":100,"maxrss_kb":1024}"#,
            r#"{"row":"floor","round":2,"workload":"w","n":10,"wall_ns":300,"maxrss_kb":1024}"#,
            r#"{"row":"ours","round":"count","workload":"w","n":10,"wall_ns":1,"allocs":5}"#,
        ] {
            results.take(line).unwrap();
        }
        let table = results.markdown();
        assert!(
            table.contains("| w | ours | 20 | 2.00 (2.00–2.00) of floor | 1.10 | 0.50 | 2.0 |"),
            "{table}"
        );
        assert_eq!(results.ratios().len(), 1);
        assert!(
            results
                .take(r#"{"row":"other","round":1,"workload":"w"}"#)
                .is_err()
        );
    }
}
