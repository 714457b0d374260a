"""Cron expressions as .NET's schedulers write them: Quartz, NCrontab, Cronos and Hangfire."""
