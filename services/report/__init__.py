"""What a study leaves behind: report, figures for machines, time series, a table."""

from services.report.console import print_table
from services.report.page.document import write_report
from services.report.results import write_results, write_timings
from services.report.timeseries import write_timeseries

__all__ = ["print_table", "write_report", "write_results", "write_timeseries", "write_timings"]
